import { mount } from "svelte";
import ExportedApp from "./ExportedApp.svelte";
import "../app.css";
import "../phone/frame.css";

const target = document.getElementById("page");
if (!target) throw new Error("exported.html has no element with the id 'page'");
target.replaceChildren();

export default mount(ExportedApp, { target });
