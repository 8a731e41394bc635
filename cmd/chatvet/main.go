// Command chatvet tells which build of a chat client is installed.
package main

func main() {}
