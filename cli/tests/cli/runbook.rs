//! The resources, outputs, parameters and events that `docs/operations.md` names exist.

use crate::documents::at_top;
use std::collections::BTreeSet;
use std::fs;
use testing::template::{Template, events};

fn document() -> String {
    fs::read_to_string(at_top("docs/operations.md")).expect("the document is there")
}

/// Returns the words that follow `mark`, each up to the first character that no name contains.
fn names_after(text: &str, mark: &str) -> BTreeSet<String> {
    let rests = text.split(mark).skip(1);
    rests.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()).collect()
}

#[test]
fn every_alarm_has_its_section_and_no_section_is_about_another() {
    let document = document();
    let (_, alarms) = document.split_once("\n## Alarms\n").expect("there are alarms");
    let (alarms, _) = alarms.split_once("\n## ").expect("there is more");
    let template = Template::read();
    let expected: BTreeSet<_> = template.resources("AWS::CloudWatch::Alarm").map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names_after(alarms, "\n### "), expected);
    for section in alarms.split("\n### ").skip(1) {
        assert!(section.contains("**Look**") && section.contains("**Do"), "{section}");
    }
}

#[test]
fn commands_name_resources_outputs_and_events_that_are_there() {
    let document = document();
    let template = Template::read();
    let resources: BTreeSet<_> = template.names().collect();
    // A name that begins with a shell variable is empty here.
    let of_shell = |names: BTreeSet<String>| names.into_iter().filter(|name| !name.is_empty());
    for name in of_shell(names_after(&document, "$(resource ")) {
        assert!(resources.contains(name.as_str()), "{name}");
    }
    let yaml = fs::read_to_string(at_top("template.yaml")).expect("the template is there");
    let (_, outputs) = yaml.split_once("\nOutputs:\n").expect("there are outputs");
    for name in of_shell(names_after(&document, "$(output ")) {
        assert!(outputs.contains(&format!("  {name}:\n")), "{name}");
    }
    for name in names_after(&document, "events/") {
        assert!(name.is_empty() || events().contains(&name), "{name}");
    }
}

#[test]
fn parameters_that_are_set_are_those_of_the_template() {
    let document = document();
    let template = Template::read();
    let parameters: BTreeSet<_> = template.parameters().map(|(name, _)| name).collect();
    let commands = document.split("--parameter-overrides").skip(1);
    // A command ends with its code span or code block.
    let commands =
        commands.map(|rest| rest.split('`').next().expect("a beginning").split("\n\n").next().expect("a beginning"));
    let mut set = BTreeSet::new();
    for command in commands {
        let words = command.lines().next().expect("a line").to_owned() + command.lines().nth(1).unwrap_or_default();
        let names = words.split([' ', '"']).filter_map(|word| Some(word.split_once('=')?.0.to_owned()));
        set.extend(names.filter(|name| name.starts_with(char::is_uppercase)));
    }
    assert!(set.len() > 4, "{set:?}");
    for name in set {
        assert!(parameters.contains(name.as_str()), "{name}");
    }
}

#[test]
fn links_lead_to_headings() {
    let document = document();
    let anchor = |heading: &str| -> String {
        let text = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        text.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
    };
    let headings: BTreeSet<_> = document.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
    for link in names_after(&document, "](#") {
        assert!(headings.contains(&link), "{link}");
    }
}
