// A server of Go that no file says how to build: it is found.
package main

import (
	"log"
	"net/http"
	"os"

	"example.com/greeter"
)

func main() {
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		response.Write([]byte(greeter.Greeting("a module") + "\n"))
	})
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
