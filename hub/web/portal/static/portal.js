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
