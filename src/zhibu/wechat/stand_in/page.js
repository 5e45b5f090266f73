"use strict";

const place = (id) => document.getElementById(id);
let since = 0;
let busy = false;

function phone() {
  return place("phone").value || "oPhone1";
}

// Addresses become links; everything else stays text.
function said(text) {
  const parts = document.createDocumentFragment();
  for (const part of text.split(/(https?:\/\/[^\s，。；]+)/)) {
    if (/^https?:\/\//.test(part)) {
      const link = document.createElement("a");
      link.href = part;
      link.textContent = part;
      link.target = "_blank";
      link.rel = "noopener";
      parts.append(link);
    } else {
      parts.append(part);
    }
  }
  return parts;
}

function show(line) {
  const block = document.createElement("div");
  block.className = "line " + line.way;
  block.append(said(line.url ? line.text + "\n" + line.url : line.text));
  place("lines").append(block);
  block.scrollIntoView({ block: "end" });
}

function pressed(button) {
  const shown = document.createElement("button");
  shown.type = "button";
  shown.textContent = button.name;
  shown.addEventListener("click", () => {
    if (button.url) window.open(button.url, "_blank", "noopener");
    else send({ event: "CLICK", key: button.key });
  });
  return shown;
}

function showMenu(buttons) {
  const asText = JSON.stringify(buttons);
  if (place("menu").dataset.shown === asText) return;
  place("menu").dataset.shown = asText;
  place("menu").replaceChildren();
  for (const button of buttons) {
    if (!button.sub_button || !button.sub_button.length) {
      place("menu").append(pressed(button));
      continue;
    }
    const group = document.createElement("details");
    const name = document.createElement("summary");
    name.textContent = button.name;
    group.append(name, ...button.sub_button.map(pressed));
    place("menu").append(group);
  }
}

function showPhones(names) {
  const chosen = phone();
  if (place("phone").options.length === names.length) return;
  place("phone").replaceChildren(...names.map((name) => new Option(name, name, false, name === chosen)));
}

async function look() {
  if (busy) return;
  busy = true;
  try {
    const answer = await (await fetch("chat?" + new URLSearchParams({ phone: phone(), since }))).json();
    showPhones(answer.phones);
    showMenu(answer.menu);
    place("follow").textContent = answer.follows ? "取消关注" : "关注";
    place("follow").dataset.event = answer.follows ? "unsubscribe" : "subscribe";
    for (const line of answer.lines) {
      show(line);
      since = Math.max(since, line.number);
    }
  } catch (error) {
    // it has ended, or is not there yet: the next look tells
  } finally {
    busy = false;
  }
}

async function send(what) {
  await fetch("do", { method: "POST", body: JSON.stringify({ phone: phone(), ...what }) });
  await look();
}

place("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = place("text").value.trim();
  place("text").value = "";
  if (text) send({ text });
});
place("follow").addEventListener("click", () => send({ event: place("follow").dataset.event }));
place("phone").addEventListener("change", () => {
  since = 0;
  place("lines").replaceChildren();
  look();
});
look();
setInterval(look, 1000);
