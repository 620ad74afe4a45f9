import { mount } from "svelte";
import PhoneApp from "./PhoneApp.svelte";
import "../app.css";
import "./frame.css";

const target = document.getElementById("page");
if (!target) throw new Error("phone.html has no element with the id 'page'");

export default mount(PhoneApp, { target });
