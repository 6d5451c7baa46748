// The live page of a sluice process. It shows what /status says and /events says again every second.
import { byId, setText } from "./dom.js";
import { overviewFigure, pipelineFigure } from "./graph.js";
import { Model } from "./model.js";
import * as sections from "./sections.js";
import { Refusal, Server } from "./stream.js";

const server = new Server();
const model = new Model();
let figures = [];
let graphOf = null;
let chosen = null;

function showState(state, text) {
  const connection = byId("connection");
  connection.dataset.state = state;
  setText(connection, text);
  byId("content").classList.toggle("stale", state !== "connected");
}

// The pipelines are built some time after the start, when the delivery guarantee is known too.
async function loadGraph(status) {
  const of = `${status.started} ${status.delivery}`;
  if (graphOf === of) return;
  graphOf = of;
  try {
    model.graph = await (await server.get("graph")).json();
  } catch (error) {
    graphOf = null;
    throw error;
  }
  const { pipelines } = model.graph;
  figures = pipelines.map((pipeline) => pipelineFigure(pipeline, model));
  if (pipelines.length > 1) figures.unshift(overviewFigure(pipelines, model));
  byId("graphs").replaceChildren(...figures.map(({ figure }) => figure));
  showChosen();
}

function draw() {
  if (model.status === null) return;
  for (const update of [sections.overview, sections.workers, sections.partitions, sections.stores, sections.failures, sections.ledger]) {
    update(model);
  }
  figures.forEach(({ update }) => update());
  if (byId("graph-as-table").open) sections.graphTable(model);
  if (chosen !== null) sections.stageDetails(model, ...chosen);
}

// "#stage/PIPELINE/STAGE" in the address chooses a stage, so that it can be linked to.
function showChosen() {
  const [kind, ...names] = location.hash.slice(1).split("/");
  chosen = kind === "stage" && names.length === 2 ? names.map(decodeURIComponent) : null;
  const found = chosen !== null && sections.stageDetails(model, ...chosen);
  byId("stage").hidden = !found;
  if (found) byId("stage-title").focus();
  if (!found) chosen = null;
}

async function take(status) {
  model.take(status);
  await loadGraph(status);
  byId("content").hidden = false;
  showState("connected", "Connected");
  draw();
}

function lost(error, seconds) {
  model.forgetRates();
  const why = error instanceof Refusal ? `: ${error.message}` : "";
  showState("lost", `Connection lost${why}. Trying again${seconds > 1 ? ` every ${seconds} s` : ""}. What you see is old.`);
}

function askForToken(text) {
  showState("refused", "A token is needed");
  byId("content").hidden = true;
  byId("token-form").hidden = false;
  setText(byId("token-error"), text);
  byId("token").focus();
}

async function run() {
  const tried = server.token !== "";
  try {
    await server.follow((status) => take(status).catch((error) => lost(error, 1)), lost);
  } catch (error) {
    if (error.status === 401) {
      server.setToken("");
      askForToken(tried ? "This token is not the right one." : "");
    } else {
      showState("refused", error.message);
    }
  }
}

byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  server.setToken(byId("token").value);
  byId("token").value = "";
  byId("token-form").hidden = true;
  showState("connecting", "Connecting");
  run();
});
byId("graph-as-table").addEventListener("toggle", draw);
byId("config-details").addEventListener("toggle", async (event) => {
  if (!event.target.open) return;
  try {
    setText(byId("config"), await (await server.get("config")).text());
  } catch (error) {
    setText(byId("config"), `Not available: ${error.message}`);
  }
});
// A link to the table opens it.
addEventListener("hashchange", () => {
  if (location.hash === "#graph-as-table") byId("graph-as-table").open = true;
  showChosen();
});
run();
