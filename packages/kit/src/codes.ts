/** Codes of the errors this package throws or tells of; docs/errors.md tells what to do about each. */
export const KIT_ERROR = {
  optionUnknown: "KIT_OPTION_UNKNOWN",
  optionWrong: "KIT_OPTION_WRONG",
  portInUse: "KIT_PORT_IN_USE",
  socketInUse: "KIT_SOCKET_IN_USE",
  listenFailed: "KIT_LISTEN_FAILED",
  runtimeFolder: "KIT_RUNTIME_FOLDER",
  budgetsUnread: "KIT_BUDGETS_UNREAD",
} as const;
