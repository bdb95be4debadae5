// The console as a page: faults and the wire log, keys, a phone, and a server that goes away.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Customer, Simulator, answerChat, browser, openConsole, say } from "./harness.mjs";

let chromium, simulator, page;

before(async () => { [chromium, simulator] = await Promise.all([browser(), Simulator.start()]); });
after(async () => { await Promise.all([chromium?.close(), simulator?.stop()]); });
afterEach(async () => {
  const { wrong } = page;
  await page.context().close();
  assert.deepEqual(wrong, [], "the page made no errors, and asked nobody but its server");
});

const faults = name => page.locator("#faults").getByRole("button", { name, exact: true });

test("faults befall requests, and the wire log tells of it", async () => {
  page = await openConsole(chromium, simulator);
  const customer = await Customer.start(simulator, { nickname: "Fred" });
  await page.locator("#list button", { hasText: "Fred" }).click();
  const row = text => page.locator("#requests li", { hasText: text }).last();
  await row("requestChat").locator(".good", { hasText: "200" }).waitFor();
  await page.getByLabel("Which requests").selectOption("send");

  await faults("Drop").click();
  await page.locator("#stored", { hasText: "drop: operation send" }).waitFor();
  await assert.rejects(customer.ask("send", { message: "lost" }));
  await row("drop").locator(".bad", { hasText: "closed" }).waitFor();
  await page.locator("#stored", { hasText: "none in store" }).waitFor();

  await faults("Carry out, then drop").click();
  await page.locator("#stored", { hasText: "effect true" }).waitFor();
  await assert.rejects(customer.ask("send", { message: "arrived" }));
  await page.locator("#log .bubble", { hasText: "arrived" }).waitFor();

  await page.getByLabel("A fault in words").fill("status,status=418");
  await page.getByLabel("A fault in words").press("Enter");
  await page.locator("#stored", { hasText: "status 418" }).waitFor();
  assert.equal((await customer.ask("send", { message: "x" })).status, 418);
  await row("418").locator("summary").click();
  await row("418").locator(".facts dd", { hasText: customer.key }).waitFor();
  assert.equal(await page.locator("#log .bubble").count(), 1, "what was refused had no effect");

  await page.getByLabel("A fault in words").fill("dorp");
  await page.getByLabel("A fault in words").press("Enter");
  await page.locator("#notes", { hasText: "no kind" }).waitFor();

  await page.getByLabel("When", { exact: true }).selectOption("chance");
  await page.getByLabel("Percent of requests").fill("100");
  await page.getByLabel("Milliseconds", { exact: true }).fill("1");
  await faults("Delay").click();
  await page.locator("#stored", { hasText: "latency at 100 %" }).waitFor();
  await customer.say("late");
  await row("latency").locator(".good", { hasText: "200" }).waitFor();
  await faults("Clear").click();
  await page.locator("#stored", { hasText: "none in store" }).waitFor();

  await page.getByLabel("no polls").check();
  await customer.call("refresh");
  await customer.say("after a poll");
  await row("send").waitFor();
  assert.equal(await page.locator("#requests li", { hasText: "refresh" }).count(), 0);
  await page.locator("#wire").getByRole("button", { name: "Clear" }).click();
  await page.locator("#requests li").first().waitFor({ state: "detached" });
});

test("the chat server goes away and comes back, and takes no new chats", async () => {
  page = await openConsole(chromium, simulator);
  const customer = await Customer.start(simulator, { nickname: "Olga" });
  const online = page.getByLabel("Chat server is there");
  await online.click();
  await page.locator("#faults label", { hasText: "Chat server" }).locator("input:not(:checked)").waitFor();
  assert.equal((await customer.call("refresh")).statusCode, 1);
  await online.click();
  await page.locator("#faults label", { hasText: "Chat server" }).locator("input:checked").waitFor();
  assert.equal((await customer.call("refresh")).statusCode, 0);
  await page.getByLabel("Takes new chats").click();
  await page.locator("#faults label", { hasText: "Takes new chats" }).locator("input:not(:checked)").waitFor();
  assert.equal((await Customer.start(simulator)).id, "");
  await simulator.control("POST", "/accept", { accept: true });
  await page.locator("#faults label", { hasText: "Takes new chats" }).locator("input:checked").waitFor();
});

test("the page comes back after restarts, and forgets what the server has forgotten", async () => {
  let other = await Simulator.start();
  try {
    page = await openConsole(chromium, other);
    const customer = await Customer.start(other, { nickname: "Rosa" });
    await answerChat(page, "Rosa");
    await say(page, "before");
    await page.locator("#log .bubble", { hasText: "before" }).waitFor();
    await page.getByLabel("Milliseconds the server is down").fill("50");
    await faults("Restart").click();
    await page.locator('body[data-up="false"]').waitFor();
    await page.locator('body[data-up="true"]').waitFor();
    await customer.say("still here");
    await page.locator("#log .bubble", { hasText: "still here" }).waitFor();
    assert.equal(await page.locator("#log .bubble").count(), 2, "nothing is shown twice");

    const port = String(other.urls.port);
    await other.stop();
    await page.locator('body[data-up="false"]').waitFor();
    await page.locator("#link", { hasText: "does not answer" }).waitFor();
    other = await Simulator.start("--port", port);
    await page.locator('body[data-up="true"]').waitFor();
    await page.locator("#unchosen").waitFor();
    assert.equal(await page.locator("#list button").count(), 0);
    const again = await Customer.start(other, { nickname: "Anna" });
    assert.equal(again.id, customer.id, "ids begin anew, and are not taken for those of before");
    await answerChat(page, "Anna");
    await page.locator("#log .notice", { hasText: "Anna" }).waitFor();
    assert.equal(await page.locator("#log .bubble").count(), 0);
  } finally {
    await other.stop();
  }
});

test("keys do for everything", async () => {
  page = await openConsole(chromium, simulator);
  for (const { id, ended } of await simulator.control("GET", "/chats")) if (!ended) await simulator.control("POST", `/chats/${id}/expire`, { what: "client" });
  const customer = await Customer.start(simulator, { nickname: "Kai" });
  await Customer.start(simulator, { nickname: "Lea" });
  await page.locator("#list button", { hasText: "Lea" }).waitFor();
  const press = key => page.keyboard.press(key);
  const focused = selector => page.locator(`${selector}:focus`).waitFor();
  await press("n");
  await page.locator("#who", { hasText: "Kai" }).waitFor();
  await focused("#actions button.main");
  await press("a");
  await focused("#text");
  await page.keyboard.type("typed with jkl? and sent");
  await press("Shift+Enter");
  await page.keyboard.type("in two lines");
  await press("Enter");
  await page.locator("#log .bubble", { hasText: "in two lines" }).waitFor();
  const said = (await customer.messages()).find(message => message.type === "Message");
  assert.equal(said.text, "typed with jkl? and sent\nin two lines");
  await press("Escape");
  await focused('#list button[aria-current="true"]');
  await press("k");
  await page.locator("#who", { hasText: "Lea" }).waitFor();
  await press("ArrowDown");
  await page.locator("#list button:focus", { hasText: "Kai" }).waitFor();
  await press("Enter");
  await page.locator("#who", { hasText: "Kai" }).waitFor();
  await press("Escape");
  await press("f");
  await focused("#faults select");
  await press("Tab");
  await press("Escape");
  await press("l");
  await focused("#requests");
  await press("Tab");
  await focused("#requests summary");
  await press("Enter");
  await page.locator("#requests details[open] .facts").first().waitFor();
  await press("?");
  await page.locator("dialog[open]", { hasText: "Keys" }).waitFor();
  await press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
});

test("on a phone the parts are tabs, and nothing is too wide", async () => {
  page = await openConsole(chromium, simulator, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, colorScheme: "dark" });
  const customer = await Customer.start(simulator, { nickname: "Pia with a rather long name that has to go somewhere" });
  await customer.say("a-very-long-word-".repeat(20));
  const narrow = async part => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${part} is ${width} wide`);
  };
  await page.locator("#list button", { hasText: "Pia" }).tap();
  await page.getByRole("button", { name: "Answer", exact: true }).tap();
  await page.locator("#text").fill("from a phone");
  await page.locator("#send").tap();
  await page.locator("#log .bubble", { hasText: "from a phone" }).waitFor();
  assert.ok(!(await page.locator("#chats").isVisible()) && !(await page.locator("#faults").isVisible()));
  const room = await page.locator("#log").evaluate(log => log.clientHeight);
  assert.ok(room > 150, `the transcript has ${room} pixels`);
  await narrow("the chat");
  for (const [tab, part] of [["Faults", "#faults"], ["Wire log", "#wire"], ["Chats", "#chats"]]) {
    await page.locator("#tabs button", { hasText: tab }).tap();
    await page.locator(part).waitFor();
    assert.ok(!(await page.locator("#chat").isVisible()));
    await narrow(tab);
    const end = await page.locator("#tabs").evaluate(tabs => tabs.getBoundingClientRect().bottom);
    assert.equal(Math.round(end), 640, `the tabs are at the bottom below ${tab}`);
  }
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.emulateMedia({ colorScheme: "light" });
  assert.notEqual(await paper(), dark);
});
