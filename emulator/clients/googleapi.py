"""Python's googleapiclient against the emulator. TestClientPython sets the variables."""
import io
import json
import os

from google.oauth2 import credentials, service_account
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload

spreadsheet = os.environ["SPREADSHEET_ID"]
account = service_account.Credentials.from_service_account_file(
    os.environ["KEY_FILE"],
    scopes=["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"],
)
user = credentials.Credentials(os.environ["USER_TOKEN"])
steps = 0


def service(document, caller=account):
    with open(os.path.join(os.environ["DOCUMENTS"], document)) as f:
        return build_from_document(json.load(f), credentials=caller)


def check(step, got, want):
    global steps
    assert got == want, (step, got, want)
    steps += 1
    print(step)


sheets, drive, mine = service("sheets/v4/sheets-api.json"), service("drive/v3/drive-api.json"), service("drive/v3/drive-api.json", user)
values = sheets.spreadsheets().values()

got = values.get(spreadsheetId=spreadsheet, range="Orders").execute()
check("read", got["values"], [["id", "qty"], ["A-1", "3"]])

got = values.append(spreadsheetId=spreadsheet, range="Orders!A1", valueInputOption="USER_ENTERED",
                    insertDataOption="INSERT_ROWS", body={"values": [["A-2", "=B2*2"]]}).execute()
check("append", got["updates"]["updatedRange"], "Orders!A3:B3")

got = values.get(spreadsheetId=spreadsheet, range="Orders!B3", valueRenderOption="UNFORMATTED_VALUE").execute()
check("formula", got["values"], [[6]])

got = sheets.spreadsheets().batchUpdate(spreadsheetId=spreadsheet, body={"requests": [
    {"addTable": {"table": {"name": "T", "range": {"endRowIndex": 3, "endColumnIndex": 2}}}}]}).execute()
check("table", [c["columnName"] for c in got["replies"][0]["addTable"]["table"]["columnProperties"]], ["id", "qty"])

got = drive.files().list(q="sharedWithMe and name = 'Demo'", fields="files(id)").execute()
check("list", got["files"], [{"id": spreadsheet}])

check("export", drive.files().export(fileId=spreadsheet, mimeType="text/csv").execute(), b"id,qty\r\nA-1,3\r\nA-2,6")

sheet_type = "application/vnd.google-apps.spreadsheet"
media = MediaIoBaseUpload(io.BytesIO(b"a,b\n1,2"), mimetype="text/csv", resumable=True)
made = mine.files().create(body={"name": "Up", "mimeType": sheet_type}, media_body=media).execute()
check("upload in parts", mine.files().export(fileId=made["id"], mimeType="text/csv").execute(), b"a,b\r\n1,2")

copy = mine.files().copy(fileId=made["id"], body={"name": "Twin"}, fields="name").execute()
check("copy", copy, {"name": "Twin"})

mine.files().delete(fileId=made["id"]).execute()
got = mine.files().list(q=f"mimeType = '{sheet_type}'", fields="files(name)").execute()
check("delete", got["files"], [{"name": "Twin"}])

try:
    drive.files().watch(fileId=spreadsheet, body={}).execute()
    raise AssertionError("files.watch is served")
except HttpError as err:
    check("not emulated", (err.resp.status, b"drive.files.watch" in err.content), (501, True))

print(steps, "steps")
