// Command soak runs instances of the function as processes beside an emulated Google,
// with quotas on and 150 ms for a call, and checks the answers that callers got against
// what was stored while processes are killed, Google fails, and a person works in the
// sheet:
//
//	go -C test/proof run ./soak -duration 10m
//
// It prints a line of JSON and a table, and exits with status 1 where a promise is
// broken. With -quiet nothing fails and only the load writes, so that the figures are
// those of the quota:
//
//	go -C test/proof run ./soak -quiet -instances 3 -rate 200 -duration 3m
//	go -C test/proof run ./soak -quiet -instances 1 -rate 20 -refuse 1s
//	go -C test/proof run ./soak -quiet -instances 1 -lone
//
// Everything listens on free ports of loopback and ends with the command.
package main
