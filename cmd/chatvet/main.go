// Command chatvet tells which build of a chat client is installed.
package main

import (
	"os"

	"github.com/chatvet/chatvet/cmd/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
