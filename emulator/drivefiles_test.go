package emulator_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/drive/v3"

	"example.com/sheets-function/emulator"
)

const sheetType = "application/vnd.google-apps.spreadsheet"

func TestFolders(t *testing.T) {
	google := emulator.New(emulator.Options{})
	me := newUser(t, google, "me@example.com", "drive")
	folder, err := me.drive.Files.Create(&drive.File{Name: "Folder", MimeType: "application/vnd.google-apps.folder"}).Do()
	if err != nil {
		t.Fatal(err)
	}
	made, err := me.drive.Files.Create(&drive.File{Name: "In it", MimeType: sheetType, Parents: []string{folder.Id}}).Fields("id,parents").Do()
	if err != nil || len(made.Parents) != 1 || made.Parents[0] != folder.Id {
		t.Fatalf("Create in a folder = %+v, %v", made, err)
	}
	list := func(q string) string {
		t.Helper()
		got, err := me.drive.Files.List().Q(q).OrderBy("folder,name desc").Do()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range got.Files {
			names = append(names, f.Name)
		}
		return strings.Join(names, "|")
	}
	if got := list("'" + folder.Id + "' in parents"); got != "In it" {
		t.Errorf("the folder holds %q, want In it", got)
	}
	if got := list("'root' in parents"); got != "Folder" {
		t.Errorf("My Drive holds %q, want Folder", got)
	}
	if _, err := me.drive.Files.Update(made.Id, &drive.File{Name: "Moved"}).AddParents("root").RemoveParents(folder.Id).Do(); err != nil {
		t.Fatal(err)
	}
	if got := list(""); got != "Folder|Moved" {
		t.Errorf("all = %q, want Folder|Moved", got)
	}
	if got := google.Values(made.Id, "Sheet1"); got == nil {
		t.Error("the moved spreadsheet lost its sheet")
	}
	if _, err := me.drive.Files.Update(folder.Id, &drive.File{Trashed: true}).Do(); err != nil {
		t.Fatal(err)
	}
	if got := list("trashed = true"); got != "Folder" {
		t.Errorf("the trash = %q, want Folder", got)
	}
	if err := me.drive.Files.EmptyTrash().Do(); err != nil || list("") != "Moved" {
		t.Errorf("after emptyTrash %v there is %q, want Moved", err, list(""))
	}
}

func TestCopyFile(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Title: "Demo", Owner: "boss@example.com", Sheets: []emulator.Sheet{grid("S", []any{"a"})}})
	google.Share(id, "me@example.com", "reader")
	me := newUser(t, google, "me@example.com", "drive", "spreadsheets")
	made, err := me.drive.Files.Copy(id, &drive.File{}).Fields("id,name,ownedByMe").Do()
	if err != nil || made.Name != "Copy of Demo" || !made.OwnedByMe {
		t.Fatalf("Copy = %+v, %v, want Copy of Demo, mine", made, err)
	}
	me.entry(t, made.Id, "S!A1", "changed")
	if google.Values(id, "S")[0][0] != "a" || google.Values(made.Id, "S")[0][0] != "changed" {
		t.Error("a copy shares cells with its source")
	}
}

func TestPermissions(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Owner: "boss@example.com", Unshared: true})
	boss, friend := newUser(t, google, "boss@example.com", "drive"), newUser(t, google, "friend@example.com", "drive", "spreadsheets")
	may := func() bool {
		_, err := friend.sheets.Spreadsheets.Values.Get(id, "A1").Do()
		return err == nil
	}
	if may() {
		t.Error("a stranger may read")
	}
	made, err := boss.drive.Permissions.Create(id, &drive.Permission{Type: "user", Role: "reader", EmailAddress: "friend@example.com"}).Do()
	if err != nil || made.Kind != "drive#permission" || made.Role != "reader" || made.EmailAddress != "" || !may() {
		t.Fatalf("Create = %+v, %v; may read: %v", made, err, may())
	}
	got, err := boss.drive.Permissions.Get(id, made.Id).Fields("emailAddress,role").Do()
	if err != nil || got.EmailAddress != "friend@example.com" {
		t.Errorf("Get = %+v, %v", got, err)
	}
	if _, err := boss.drive.Permissions.Update(id, made.Id, &drive.Permission{Role: "writer"}).Do(); err != nil {
		t.Error(err)
	}
	list, err := friend.drive.Permissions.List(id).Fields("permissions(role,type)").Do()
	if err != nil || len(list.Permissions) != 2 {
		t.Errorf("List = %+v, %v, want two", list, err)
	}
	if err := boss.drive.Permissions.Delete(id, made.Id).Do(); err != nil || may() {
		t.Errorf("Delete = %v; may read: %v", err, may())
	}
	if _, err := boss.drive.Permissions.Create(id, &drive.Permission{Type: "anyone", Role: "reader"}).Do(); err != nil || !may() {
		t.Errorf("shared with anyone: %v; may read: %v", err, may())
	}
	status, _, body := boss.send(t, "POST", driveURL+id+"/permissions", `{"type":"anyone","role":"reader","withLink":true}`)
	if status != 200 {
		t.Errorf("a field of v2 in v3 = %d %s, want it passed over", status, body)
	}
	refusals := []struct {
		name string
		do   func() error
		want string
	}{
		{"a new owner without transferOwnership", func() error {
			_, err := boss.drive.Permissions.Create(id, &drive.Permission{Type: "user", Role: "owner", EmailAddress: "friend@example.com"}).Do()
			return err
		}, "The transferOwnership parameter must be enabled"},
		{"a reader may not share", func() error {
			_, err := friend.drive.Permissions.Create(id, &drive.Permission{Type: "anyone", Role: "writer"}).Do()
			return err
		}, "insufficientFilePermissions"},
		{"an unknown ID", func() error { return boss.drive.Permissions.Delete(id, "1").Do() }, "Permission not found: 1."},
		{"the owner stays", func() error {
			list, err := boss.drive.Permissions.List(id).Do()
			for _, p := range list.Permissions {
				if p.Role == "owner" {
					err = boss.drive.Permissions.Delete(id, p.Id).Do()
				}
			}
			return err
		}, "cannotRemoveOwner"},
		{"a role is needed", func() error {
			_, err := boss.drive.Permissions.Create(id, &drive.Permission{Type: "anyone"}).Do()
			return err
		}, "The permission role field is required."},
	}
	for _, tt := range refusals {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.do(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestExports(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	google := emulator.New(emulator.Options{Now: func() time.Time { return now }})
	id := google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", []any{"a", 1.5}), grid("T", []any{true})}})
	me := newUser(t, google, google.ServiceAccount(), "drive")
	export := func(mediaType string) ([]byte, error) {
		resp, err := me.drive.Files.Export(id, mediaType).Download()
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		return io.ReadAll(resp.Body)
	}
	if text, err := export("text/tab-separated-values"); err != nil || string(text) != "a\t1.5" {
		t.Errorf("tsv = %q, %v", text, err)
	}
	file, err := export("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if err != nil {
		t.Fatal(err)
	}
	if read, err := emulator.ReadXLSX(bytes.NewReader(file)); err != nil || len(read.Sheets) != 2 || read.Sheets[1].Values[0][0] != true {
		t.Errorf("xlsx = %+v, %v, want both sheets", read, err)
	}
	for mediaType, want := range map[string]string{
		"application/pdf": "501", "image/png": "The requested conversion is not supported.",
	} {
		if _, err := export(mediaType); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("export to %s = %v, want %s", mediaType, err, want)
		}
	}
	id = google.Create(emulator.Spreadsheet{Sheets: []emulator.Sheet{grid("S", slices.Repeat([]any{strings.Repeat("x", 50_000)}, 210))}})
	if _, err := export("text/csv"); err == nil || !strings.Contains(err.Error(), "exportSizeLimitExceeded") {
		t.Errorf("export of 10.5 million bytes = %v, want exportSizeLimitExceeded", err)
	}
	if _, err := me.drive.Files.Get(id).Download(); err == nil || !strings.Contains(err.Error(), "fileNotDownloadable") {
		t.Errorf("download = %v, want fileNotDownloadable", err)
	}
}

// Files of a shared drive exist only for calls that support these, and a service
// account may create files there.
func TestSharedDrives(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Title: "Shared", Drive: "drive-1", Unshared: true})
	google.Share("drive-1", google.ServiceAccount(), "writer")
	me := newUser(t, google, google.ServiceAccount(), "drive", "spreadsheets")
	if _, err := me.sheets.Spreadsheets.Values.Get(id, "A1").Do(); err != nil {
		t.Errorf("a member reads = %v", err)
	}
	if _, err := me.drive.Files.Get(id).Do(); err == nil || !strings.Contains(err.Error(), "File not found: "+id) {
		t.Errorf("Get without supportsAllDrives = %v, want 404", err)
	}
	if _, err := me.drive.Files.Export(id, "text/csv").Download(); err != nil {
		t.Errorf("Export, which has no supportsAllDrives = %v", err)
	}
	if f, err := me.drive.Files.Get(id).SupportsAllDrives(true).Do(); err != nil || f.DriveId != "drive-1" {
		t.Errorf("Get = %+v, %v, want driveId", f, err)
	}
	_, err := me.drive.Files.Create(&drive.File{Name: "New", MimeType: sheetType}).SupportsAllDrives(true).Do()
	for _, want := range []string{"The user's Drive storage quota has been exceeded.", "storageQuotaExceeded"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Create in My Drive = %v, want %s", err, want)
		}
	}
	if _, err := me.drive.Files.Create(&drive.File{Name: "New", MimeType: sheetType, Parents: []string{"drive-1"}}).SupportsAllDrives(true).Do(); err != nil {
		t.Errorf("Create in the shared drive = %v", err)
	}
	for all, want := range map[bool]int{false: 0, true: 2} {
		got, err := me.drive.Files.List().SupportsAllDrives(true).IncludeItemsFromAllDrives(all).Do()
		if err != nil || len(got.Files) != want {
			t.Errorf("List, all drives %v = %+v, %v, want %d files", all, got, err, want)
		}
	}
	drives, err := me.drive.Drives.List().Do()
	if err != nil || len(drives.Drives) != 1 || drives.Drives[0].Id != "drive-1" {
		t.Errorf("drives.list = %+v, %v", drives, err)
	}
}

func TestAbout(t *testing.T) {
	_, _, me := writerOf(t, emulator.Spreadsheet{})
	if _, err := me.drive.About.Get().Do(); err == nil || !strings.Contains(err.Error(), "The 'fields' parameter is required") {
		t.Errorf("without fields = %v, want 400", err)
	}
	got, err := me.drive.About.Get().Fields("user,storageQuota").Do()
	if err != nil || !got.User.Me || !strings.HasSuffix(got.User.EmailAddress, ".gserviceaccount.com") || got.StorageQuota.Limit != 0 {
		t.Errorf("about = %+v, %v, want the service account, without storage", got, err)
	}
}
