// What the tests have in their hands: a simulator, a browser with the console, and customers who speak each API's wire.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { WebSocket } from "ws";

const BROWSERS = [process.env.WEBCHAT_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** How long anything may take that is waited for, in milliseconds: a machine under load is slow. */
export const LIMIT = 20_000;

/** A browser without a window. */
export function browser() {
  const executablePath = BROWSERS.find(path => path && existsSync(path));
  if (!executablePath) throw new Error("there is no chromium; tests/tools/setup installs it, WEBCHAT_CHROMIUM names another");
  return chromium.launch({ executablePath });
}

/** A simulator that runs as a program until it is stopped, or whoever started it is gone. */
export class Simulator {
  static async start(...options) {
    const words = ["--json", "--stop-at-eof", "--script", "none", "--api", "gms-rest,gms-cometd,nexus-rest,web-messaging", ...options];
    const port = options.includes("--port") ? [] : ["--port", "0"];
    const program = spawn(process.env.WEBCHAT_SIMULATOR ?? "webchat-simulator", [...words, ...port], { stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of createInterface({ input: program.stdout })) return Object.assign(new Simulator(), { program, urls: JSON.parse(line) });
    throw new Error("the simulator did not start");
  }

  async control(method, path, body) {
    const response = await fetch(this.urls.controlUrl + path, { method, body: body && JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${answer.error}`);
    return answer;
  }

  /** A chat's transcript, in one form for all APIs. */
  async entries(chat) {
    return (await this.control("GET", `/chats/${chat}/entries`)).entries;
  }

  async stop() {
    const ended = new Promise(resolve => this.program.once("exit", resolve));
    this.program.kill();
    await ended;
  }
}

const form = fields => ({ method: "POST", body: new URLSearchParams(fields) });
const answer = async response => (await response).json();

/** A customer of GMS v2 over REST. */
export class Customer {
  static async start({ urls }, fields = {}) {
    const started = await answer(fetch(urls.chatUrl, form({ nickname: "Mia", ...fields })));
    return Object.assign(new Customer(), { url: `${urls.chatUrl}/${started.chatId}`, id: started.chatId, key: started.secureKey });
  }

  /** The answer of an operation, if it has one. */
  ask(operation, fields = {}) {
    return fetch(`${this.url}/${operation}`, form({ secureKey: this.key, ...fields }));
  }

  call = (operation, fields) => answer(this.ask(operation, fields));
  say = message => this.call("send", { message });
  types = message => this.call("startTyping", message ? { message } : {});

  async messages() {
    return (await this.call("refresh", { transcriptPosition: "1" })).messages;
  }

  sendFile(name, content, type) {
    const body = new FormData();
    body.append("secureKey", this.key);
    body.append("file", new Blob([content], { type }), name);
    return answer(fetch(`${this.url}/file`, { method: "POST", body }));
  }

  async fetchFile(id) {
    return (await this.ask(`file/${id}/download`)).text();
  }
}

/** A customer of Nexus v3. */
export class Visitor {
  static async start({ urls }, nickname = "Nora") {
    const { data } = await answer(fetch(urls.nexusUrl, form({ "data[endpoint]": "Support", "data[nickname]": nickname })));
    return Object.assign(new Visitor(), { url: `${urls.nexusUrl}/${data.entity.id}/messages`, id: data.entity.id, token: data.clientToken });
  }

  #send(fields) {
    return answer(fetch(this.url, { ...form(fields), headers: { "x-nexus-client-key": this.token } }));
  }

  say = text => this.#send({ "data[type]": "Text", "data[text]": text });
  types = () => this.#send({ "data[type]": "TypingStarted" });
}

/** A customer of GMS v2 over CometD, by long-polling. */
export class Subscriber {
  static async start({ urls }, nickname = "Cleo") {
    const one = Object.assign(new Subscriber(), { url: urls.cometdUrl, channel: urls.cometdChannel, headers: { "Content-Type": "application/json" } });
    const shaken = await fetch(`${one.url}/handshake`, { method: "POST", headers: one.headers,
      body: JSON.stringify({ channel: "/meta/handshake", version: "1.0", supportedConnectionTypes: ["long-polling"] }) });
    one.headers.Cookie = shaken.headers.getSetCookie().map(cookie => cookie.split(";")[0]).join("; ");
    [{ clientId: one.clientId }] = await shaken.json();
    const told = await one.#publish({ operation: "requestChat", nickname });
    one.key = told.find(message => message.data?.secureKey).data.secureKey;
    return one;
  }

  #publish(data) {
    const body = JSON.stringify({ channel: this.channel, clientId: this.clientId, data: { ...data, secureKey: this.key } });
    return answer(fetch(this.url, { method: "POST", headers: this.headers, body }));
  }

  say = message => this.#publish({ operation: "sendMessage", message });
  types = () => this.#publish({ operation: "startTyping" });
}

/** A customer of Web Messaging. */
export class Guest {
  #waiting = [];

  static async start({ urls }, nickname = "Gus") {
    const one = Object.assign(new Guest(), { token: crypto.randomUUID(), told: [] });
    one.socket = new WebSocket(`${urls.webMessagingSocketUrl}/v1?deploymentId=${urls.webMessagingDeployment}`);
    one.socket.onmessage = ({ data }) => one.#hear(JSON.parse(data));
    await new Promise((resolve, reject) => Object.assign(one.socket, { onopen: resolve, onerror: reject }));
    await one.#ask({ action: "configureSession", deploymentId: urls.webMessagingDeployment });
    const channel = { metadata: { customAttributes: { nickname } } };
    await one.#ask({ action: "onMessage", message: { type: "Event", events: [{ eventType: "Presence", presence: { type: "Join" } }], channel } });
    return one;
  }

  #hear(frame) {
    this.told.push(frame);
    this.#waiting = this.#waiting.filter(({ wanted, resolve }) => !wanted(frame) || resolve(frame));
  }

  /** A frame that is like this, of those that have come or will come. */
  hears(wanted) {
    const heard = this.told.find(wanted);
    return heard ?? new Promise(resolve => this.#waiting.push({ wanted, resolve }));
  }

  #ask(request) {
    const tracingId = crypto.randomUUID();
    this.socket.send(JSON.stringify({ ...request, token: this.token, tracingId }));
    return this.hears(frame => frame.tracingId === tracingId);
  }

  say = text => this.#ask({ action: "onMessage", message: { type: "Text", text } });
  types = () => this.socket.send(JSON.stringify({ action: "onMessage", token: this.token, message: { type: "Event", events: [{ eventType: "Typing", typing: { type: "On" } }] } }));

  async sendFile(name, content, type) {
    const attachmentId = crypto.randomUUID(), body = new Blob([content]);
    const { body: address } = await this.#ask({ action: "onAttachment", attachmentId, fileName: name, fileType: type, fileSize: body.size });
    await fetch(address.url, { method: "PUT", headers: { ...address.headers, "content-type": type }, body });
    await this.hears(frame => frame.class === "UploadSuccessEvent");
    return this.#ask({ action: "onMessage", message: { content: [{ contentType: "Attachment", attachment: { id: attachmentId } }] } });
  }
}

/** The console in a page of its own. `page.faults` are the errors that the page has made. */
export async function openConsole(browser, { urls }, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 800 }, acceptDownloads: true, ...options });
  context.setDefaultTimeout(LIMIT);
  const page = await context.newPage();
  page.wrong = [];
  page.on("pageerror", error => page.wrong.push(error.message));
  page.on("console", message => { if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) page.wrong.push(message.text()); });
  page.on("dialog", dialog => { page.wrong.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", request => { if (!request.url().startsWith(new URL(urls.console).origin)) page.wrong.push(`asks ${request.url()}`); });
  await page.goto(urls.console);
  await page.locator('body[data-up="true"]').waitFor();
  return page;
}

/** Opens the chat of this customer, and answers it. */
export async function answerChat(page, name) {
  await page.locator("#list button", { hasText: name }).click();
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await page.locator("#text:enabled").waitFor();
}

/** Says something in the chat that is open. */
export async function say(page, text) {
  await page.locator("#text").fill(text);
  await page.locator("#text").press("Enter");
}

/** Fills the dialog that is open, and confirms it. */
export async function fillDialog(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`dialog [name="${name}"]`);
    if ((await field.evaluate(element => element.tagName)) === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
  await page.locator("dialog button.main").click();
}
