"""Google Sheets' API as it is, on made spreadsheets; `service` is its HTTP."""
