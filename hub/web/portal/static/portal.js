// What a QR code or a link carries behind "#" never reaches a server by itself: it is put into the form that asks for it.
"use strict";
(() => {
  const carried = decodeURIComponent(location.hash.slice(1));
  const field = (id) => document.getElementById(id);
  if (!carried || carried === "noi-dung") return;
  const forget = () => history.replaceState(null, "", location.pathname + location.search);
  if (field("ma-tra-cuu") && /^[0-9A-Za-z-]+\.[0-9A-Za-z*~$=-]+$/.test(carried)) {
    const [locator, secret] = carried.split(".");
    field("ma-tra-cuu").value = locator;
    field("ma-bi-mat").value = secret;
    field("ngay-sinh").focus();
    forget();
  } else if (field("ma-qr") && carried.includes("~")) {
    field("ma-qr").value = carried;
    forget();
    field("kiem-tra-qr").requestSubmit();
  } else if (field("nhan") && field("ma") && /^[0-9A-Za-z*~$=-]+$/.test(carried)) {
    field("ma").value = carried;
    forget();
    field("nhan").requestSubmit();
  }
})();
// A form that was sent says so, and is not sent twice; whoever comes back to the page finds it as it was.
(() => {
  const buttons = () => document.querySelectorAll("button[data-busy]");
  for (const button of buttons()) {
    button.form.addEventListener("submit", (event) => {
      if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
      button.dataset.idle = button.textContent;
      button.textContent = button.dataset.busy;
      button.setAttribute("aria-disabled", "true");
      return undefined;
    });
  }
  addEventListener("pageshow", () => {
    for (const button of buttons()) {
      if (button.dataset.idle) button.textContent = button.dataset.idle;
      button.removeAttribute("aria-disabled");
    }
  });
})();
