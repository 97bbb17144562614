//! The built binary, as Lambda runs it.

testing::route_function_tests!(env!("CARGO_BIN_EXE_system"), "system", system::routes);
