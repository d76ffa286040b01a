"""The API as tools of the Model Context Protocol, for assistants: `onhand mcp`."""
