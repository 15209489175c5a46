// An EdgeWorker ID with its name, as the editor and the token page need it.

export type EdgeWorker = { id: string; name: string };
