// The chosen scheme, before anything is drawn: see src/theme.rs.
try {
  const theme = localStorage.getItem("coupons.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be switched off: the system's scheme it is.
}
