// The search: places with all words come first; a word in a title counts for more than one in the text.
const input = document.getElementById("search");
const found = document.getElementById("found");
const entries = window.siteIndex.map(([title, url, text]) => ({
  title, url, text, lowTitle: title.toLowerCase(), lowText: text.toLowerCase(),
}));

function score(entry, words) {
  let sum = 0;
  for (const word of words) {
    const inTitle = entry.lowTitle.includes(word);
    if (!inTitle && !entry.lowText.includes(word)) continue;
    sum += 100 + (inTitle ? 10 : 1);
    if (entry.lowTitle === word || entry.lowTitle.endsWith("· " + word)) sum += 20;
  }
  // A place with less than half of the words is none.
  return sum < 50 * words.length ? 0 : sum - Math.min(entry.title.length, 200) / 1000;
}

function excerpt(entry, words) {
  const at = Math.max(0, ...words.map(word => entry.lowText.indexOf(word)));
  const from = Math.max(0, at - 60);
  return (from > 0 ? "…" : "") + entry.text.slice(from, from + 180);
}

function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter(word => word.length > 0);
  found.replaceChildren();
  found.hidden = words.length === 0;
  if (found.hidden) return;
  const hits = entries.map(entry => ({ entry, value: score(entry, words) })).filter(hit => hit.value > 0)
    .sort((a, b) => b.value - a.value);
  const line = document.createElement("p");
  line.textContent = hits.length === 0 ? "Nothing was found." : hits.length === 1 ? "1 place" : hits.length + " places";
  found.append(line);
  for (const { entry } of hits.slice(0, 40)) {
    const item = document.createElement("p");
    const link = document.createElement("a");
    const text = document.createElement("small");
    link.href = entry.url;
    link.textContent = entry.title;
    link.addEventListener("click", () => { found.hidden = true; });
    text.textContent = excerpt(entry, words);
    item.append(link, text);
    found.append(item);
  }
}

input.addEventListener("input", search);
document.addEventListener("keydown", event => {
  if (event.key === "/" && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  } else if (event.key === "Escape") {
    input.value = "";
    search();
  }
});
// A question in the address, as in index.html?q=threads, is asked at once.
input.value = new URLSearchParams(location.search).get("q") ?? "";
search();
