// Package appbundle reads the folders in which Apple's programs come: what an
// application says about itself, and which files belong to it.
//
// A Tree, the folder as somebody else opens it, goes in; the bundle's layout, its
// facts and the list of its files come out. Layout and keys follow Apple's
// "Bundle Programming Guide" and "Information Property List Key Reference".
package appbundle
