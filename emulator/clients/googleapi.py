"""Python's googleapiclient against the emulator. TestClients sets the variables."""
import json
import os

from google.oauth2 import service_account
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

spreadsheet = os.environ["SPREADSHEET_ID"]
credentials = service_account.Credentials.from_service_account_file(
    os.environ["KEY_FILE"],
    scopes=["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"],
)


def service(document):
    with open(os.path.join(os.environ["DOCUMENTS"], document)) as f:
        return build_from_document(json.load(f), credentials=credentials)


sheets, drive = service("sheets/v4/sheets-api.json"), service("drive/v3/drive-api.json")
values = sheets.spreadsheets().values()

got = values.get(spreadsheetId=spreadsheet, range="Orders").execute()
assert got["values"] == [["id", "qty"], ["A-1", "3"]], got
print("read")

got = values.append(spreadsheetId=spreadsheet, range="Orders!A1", valueInputOption="USER_ENTERED",
                    insertDataOption="INSERT_ROWS", body={"values": [["A-2", "=B2*2"]]}).execute()
assert got["updates"]["updatedRange"] == "Orders!A3:B3", got
print("append")

got = values.get(spreadsheetId=spreadsheet, range="Orders!B3", valueRenderOption="UNFORMATTED_VALUE").execute()
assert got["values"] == [[6]], got
print("formula")

got = drive.files().list(q="sharedWithMe and name = 'Demo'", fields="files(id)").execute()
assert got["files"] == [{"id": spreadsheet}], got
print("list")

got = drive.files().export(fileId=spreadsheet, mimeType="text/csv").execute()
assert got == b"id,qty\r\nA-1,3\r\nA-2,6", got
print("export")

try:
    drive.files().watch(fileId=spreadsheet, body={}).execute()
    raise AssertionError("files.watch is served")
except HttpError as err:
    assert err.resp.status == 501 and b"drive.files.watch" in err.content, err
print("not emulated")
