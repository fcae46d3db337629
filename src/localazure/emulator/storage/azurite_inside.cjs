/* Loaded into Azurite by `node --require`, before its own code. Four things that Azurite has no option for:
 *
 * 1. What it has answered is on disk. Azurite keeps its metadata in memory (lokijs) and saves all of it every 5 s, so a
 *    kill -9 loses acknowledged writes. Here every change of a document is first written to a journal beside the
 *    database; a save begins a new journal and removes the ones before it; a start reads them in. Nothing is synced
 *    to the platter, as nothing of Azurite is: this holds against the death of the process, not of the machine.
 * 2. Every account exists, under the one key that only the blob gate knows. Azurite would read accounts from its
 *    environment at start; the gate knows which ones there are, and checks who asks before it passes anything on.
 * 3. The source of a copy is not asked for by HTTP: the gate has checked it.
 * 4. The telemetry client, which --disableTelemetry leaves unused, isn't loaded: that is two thirds of the start.
 *
 * What it takes hold of is internal to the pinned Azurite; if that moves, the start fails and says so.
 */
"use strict";

const { createRequire } = require("node:module");
const fs = require("node:fs");
const path = require("node:path");

const azurite = createRequire(fs.realpathSync(process.argv[1]));
const telemetry = azurite.resolve("applicationinsights");
require.cache[telemetry] = { id: telemetry, filename: telemetry, loaded: true, exports: {} };

const Loki = azurite("lokijs");
const AccountDataStore = azurite("../common/AccountDataStore").default;
const BlobHandler = azurite("./handlers/BlobHandler").default;

function replace(type, method, by) {
  if (typeof type?.prototype?.[method] !== "function") {
    throw new Error(`this Azurite has no ${type?.name}.${method}: azurite_inside.cjs was written for 3.37`);
  }
  type.prototype[method] = by(type.prototype[method]);
}

const key = Buffer.from(process.env.LOCALAZURE_AZURITE_KEY, "base64");
delete process.env.LOCALAZURE_AZURITE_KEY;

replace(AccountDataStore, "getAccount", () => (name) => ({ name, key1: key }));
replace(BlobHandler, "validateCopySource", () => async () => undefined);

/* One database's journals: `<database>.journal.<number>`, JSON lines of [collection, "put" | "drop", document]. */
class Journal {
  constructor(database) {
    this.database = database;
    this.number = Math.max(0, ...this.numbers()) + 1;
    this.file = undefined;
  }

  numbers() {
    const prefix = `${path.basename(this.database)}.journal.`;
    return fs
      .readdirSync(path.dirname(this.database))
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)))
      .sort((a, b) => a - b);
  }

  name(number) {
    return `${this.database}.journal.${number}`;
  }

  write(collection, operation, document) {
    this.file ??= fs.openSync(this.name(this.number), "a");
    fs.writeSync(this.file, JSON.stringify([collection, operation, document]) + "\n");
  }

  /* Later changes go to a new journal; the function given removes those that a finished save has made needless. */
  turn() {
    const last = this.number++;
    if (this.file !== undefined) {
      fs.closeSync(this.file);
      this.file = undefined;
    }
    return () => this.numbers().filter((number) => number <= last).forEach((number) => fs.unlinkSync(this.name(number)));
  }

  /* Apply the journals to the database as parsed from its file. A line that a kill cut short was never answered. */
  replay(parsed) {
    const changed = new Map();
    for (const number of this.numbers()) {
      for (const line of fs.readFileSync(this.name(number), "utf8").split("\n").slice(0, -1)) {
        const [name, operation, document] = JSON.parse(line);
        if (!changed.has(name)) {
          const collection = parsed.collections.find((one) => one.name === name);
          changed.set(name, { collection, documents: new Map(collection.data.map((one) => [one.$loki, one])) });
        }
        const { collection, documents } = changed.get(name);
        collection.maxId = Math.max(collection.maxId, document.$loki);
        if (operation === "put") {
          documents.set(document.$loki, document);
        } else {
          documents.delete(document.$loki);
        }
      }
    }
    for (const { collection, documents } of changed.values()) {
      collection.data = [...documents.values()];
    }
    return [...changed.keys()];
  }
}

const journals = new WeakMap();

function journal(loki) {
  if (!journals.has(loki)) {
    journals.set(loki, new Journal(loki.filename));
  }
  return journals.get(loki);
}

const watched = new WeakSet();

replace(Loki, "addCollection", (original) => function (name, options) {
  const collection = original.call(this, name, options);
  if (!watched.has(collection)) {
    watched.add(collection);
    const write = (operation) => (documents) =>
      [documents].flat().forEach((document) => journal(this).write(name, operation, document));
    collection.on(["insert", "update"], write("put"));
    collection.on("delete", write("drop"));
  }
  return collection;
});

replace(Loki, "loadJSONObject", (original) => function (parsed, options) {
  const changed = journal(this).replay(parsed);
  original.call(this, parsed, options);
  changed.forEach((name) => this.getCollection(name).ensureAllIndexes(true));
});

replace(Loki, "saveDatabaseInternal", (original) => function (callback) {
  const remove = journal(this).turn();
  original.call(this, (error) => {
    if (error) {
      console.error(`${this.filename} was not saved; its journals are kept: ${error.message}`);
    } else {
      remove();
    }
    callback?.(error);
  });
});
