// Two guesses for the sign-up form: the time zone from the browser, the company from the e-mail address.
const form = document.querySelector("[data-trial]");
const EVERYBODYS = /^(gmail|googlemail|outlook|hotmail|live|msn|yahoo|icloud|me|mac|aol|gmx|web|mail|proton|protonmail|fastmail|zoho|yandex)\./;

const zone = form.elements.time_zone;
zone.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

const { email, company } = form.elements;
email.addEventListener("change", () => {
  const domain = email.value.split("@")[1]?.trim().toLowerCase() ?? "";
  if (company.value || !domain.includes(".") || EVERYBODYS.test(domain)) return;
  company.value = domain
    .split(".")[0]
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
});
