// Package files is what the Sheets and the Drive API share: files, folders and
// shared drives, and who may do what with them.
//
//	store := files.NewStore(time.Now)
//	store.Lock()
//	defer store.Unlock()
//	f := store.Add(files.NewID(), files.SpreadsheetType, "owner@example.com")
//	f.Spreadsheet = spreadsheet.New("Demo")
//
// A file grants [Role]s to grantees: addresses, domains, groups, or anyone.
// What a user may do is the greatest of them; see [Store.Role].
package files
