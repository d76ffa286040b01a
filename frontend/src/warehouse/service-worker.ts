/** The app's worker for times without network. */
export {}
