// Package greeter is what the server says.
package greeter

// Greeting greets from somewhere.
func Greeting(from string) string { return "Hello from " + from }
