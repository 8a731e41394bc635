// Package judge turns an inventory and a list into findings. It is a pure
// function: no clock, no file, no network, and no order of its input matters,
// so that yesterday's inventory judges the same on another machine. It follows
// DESIGN section 4.
//
// # What is judged
//
// A build is judged with everything inside it: a hit on any file, however deep,
// is a hit on the build, and the reasons name the inner place. One exception: a
// loose archive (zip, disk image, unknown container) that claims to be no client
// itself and whose contents claim no client in common is only a bag. Then each
// thing in it is judged on its own and the bag is not (unit.go). A build gets a
// finding when it claims to be a client or when a family's rule or digest meets
// it; there is one finding per build, and families that did not decide it stand
// in Resembles.
//
// # Families
//
// A rule is tried at each place: the facts of one file, together with the facts
// of the build as a whole and of what it lies in. Conditions have three values
// (condition.go): what was not searched for is unknown, and a rule that holds
// only if the unknown were true becomes the gap "not-searched", never a silent
// miss. A gap of that kind is always the judge's own and is made anew each time.
//
// Satisfied indicators of a satisfied rule and its hints are evidence, each with
// the strength that evidence.go allows it. A claim ("ProductName is Skype") that
// a rule requires is context and counts as nothing. A family is confirmed by one
// proof; by two independent strong ones; for families that are not harmful by
// one strong and two weak ones of different kinds; for mods by the mod's own
// package id under another signer than the maker's. It is resembled where a rule
// holds with less. Two contents on one registrable domain, one inside the other,
// or a content and the version field whose bytes it is, are not independent
// (independence.go). Since independent evidence is looked for in pairs, more
// evidence never lowers a state.
//
// Of several confirmed families the most serious kind decides, then the stronger
// evidence, then the id.
//
// # Identity
//
// For each client that the build claims, identity.go says who made it: maker,
// other-known, contradicted or unknown, with a reason. It looks at every file
// that claims the client and takes the least certain answer, so that a genuine
// file cannot vouch for another one beside it. Of several claimed clients, maker
// goes before other-known before contradicted before unknown. A name of a file
// or a label claims a client too, but cannot be contradicted.
//
// # Verdict
//
// Identity, family and lifecycle meet in one table (table.go); the first row
// that fits decides.
package judge
