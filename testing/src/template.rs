//! Reads the parts of `template.yaml` that tests check, and the events in `events/`.

use serde_json::{Map, Value, json};
use serde_norway::Value as Yaml;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the root directory of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is in a folder of the repository").to_owned()
}

/// The template, with intrinsic functions in their long form: `!Ref x` as `{"Ref": "x"}`.
#[derive(Debug)]
pub struct Template(Value);

/// A route of the API, as defined in the template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Operation, which is also the name of the handler, such as `buy_product`.
    pub operation: String,
    /// Route key in API Gateway, such as `POST /user/{id}/buyProduct` or `$default`.
    pub key: String,
}

impl Route {
    /// Returns the name of the route's event in `events/`, such as `buy-product`.
    #[must_use]
    pub fn event(&self) -> String {
        self.operation.replace('_', "-")
    }
}

/// A function of the stack.
#[derive(Debug)]
pub struct Function {
    /// Name of the function's crate.
    pub crate_name: String,
    /// Properties of the function, including those that all functions share.
    pub properties: Value,
    /// Routes that the function serves.
    pub routes: Vec<Route>,
    /// Expressions of the function's schedules.
    pub schedules: Vec<String>,
}

impl Template {
    /// Reads `template.yaml`.
    #[must_use]
    pub fn read() -> Self {
        let yaml = fs::read_to_string(repository().join("template.yaml")).expect("the template is there");
        Self(plain(serde_norway::from_str(&yaml).expect("the template is YAML")))
    }

    /// Returns the parameters with their names.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.0["Parameters"].as_object().expect("a template has parameters");
        all.iter().map(|(name, parameter)| (name.as_str(), parameter))
    }

    /// Returns the resources of a type with their names.
    pub fn resources(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.0["Resources"].as_object().expect("a template has resources");
        all.iter()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), resource))
    }

    /// Returns the names of all resources.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0["Resources"].as_object().expect("a template has resources").keys().map(String::as_str)
    }

    /// Returns a resource, or null if the template has none with that name.
    #[must_use]
    pub fn resource(&self, name: &str) -> &Value {
        &self.0["Resources"][name]
    }

    /// Returns the functions.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        self.resources("AWS::Serverless::Function").map(|(_, function)| self.function(function)).collect()
    }

    fn function(&self, function: &Value) -> Function {
        let mut properties = self.0["Globals"]["Function"].clone();
        let common = properties["Environment"]["Variables"].as_object().expect("variables").clone();
        let own = function["Properties"].as_object().expect("a function has properties").clone();
        properties.as_object_mut().expect("functions have properties in common").extend(own);
        let variables = properties["Environment"]["Variables"].as_object_mut().expect("variables");
        variables.extend(common);
        let code = properties["CodeUri"].as_str().expect("a function has code");
        let crate_name = code.strip_prefix("functions/").expect("functions are in functions/").to_owned();
        let (mut routes, mut schedules) = (Vec::new(), Vec::new());
        for (name, event) in properties["Events"].as_object().expect("a function has events") {
            let properties = &event["Properties"];
            let text = |name: &str| properties[name].as_str().map(str::to_owned);
            match event["Type"].as_str() {
                Some("HttpApi") => {
                    let key = text("Method").zip(text("Path")).map(|(method, path)| format!("{method} {path}"));
                    // Without a method and a path, the route is `$default`: everything that has no other route.
                    routes
                        .push(Route { operation: snake_case(name), key: key.unwrap_or_else(|| "$default".to_owned()) });
                }
                Some("ScheduleV2") => schedules.extend(text("ScheduleExpression")),
                other => panic!("{name} is of the type {other:?}"),
            }
        }
        Function { crate_name, properties, routes, schedules }
    }

    /// Returns the function of a crate.
    ///
    /// # Panics
    /// Panics if the template does not define it.
    #[must_use]
    pub fn function_of(&self, crate_name: &str) -> Function {
        let mut functions = self.functions().into_iter();
        functions.find(|function| function.crate_name == crate_name).expect("every function's crate is in the template")
    }
}

/// Reads an event in `events/`.
///
/// # Panics
/// Panics if there is no event with that name.
#[must_use]
pub fn event(name: &str) -> Value {
    let path = repository().join("events").join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the sorted names of all events in `events/`.
#[must_use]
pub fn events() -> Vec<String> {
    let files = fs::read_dir(repository().join("events")).expect("there are events");
    let names =
        files.map(|file| file.expect("events can be listed").file_name().into_string().expect("names are text"));
    let mut names: Vec<_> = names.map(|name| name.strip_suffix(".json").expect("events are JSON").to_owned()).collect();
    names.sort();
    names
}

fn snake_case(pascal: &str) -> String {
    let mut snake = String::new();
    for c in pascal.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Sequence(elements) => elements.into_iter().map(plain).collect(),
        Yaml::Mapping(fields) => {
            let name = |name: Yaml| name.as_str().expect("names are text").to_owned();
            Value::Object(fields.into_iter().map(|(key, value)| (name(key), plain(value))).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => {
            let value = plain(tagged.value);
            match tagged.tag.to_string().trim_start_matches('!') {
                "Ref" => json!({ "Ref": value }),
                "GetAtt" => {
                    let attribute = value.as_str().expect("an attribute is text").split('.').collect::<Vec<_>>();
                    json!({ "Fn::GetAtt": attribute })
                }
                name => json!({ format!("Fn::{name}"): value }),
            }
        }
        scalar => serde_json::to_value(scalar).expect("scalars of YAML are scalars of JSON"),
    }
}
