// How the server is started; it knows nothing of the editor, so that a test can start it as the editor does.
"use strict";

/**
 * Return the program and its words.
 *
 * @param {string[]} command what the settings name
 * @param {string} language what the settings say: "auto", "zh" or "en"
 * @param {string} editor the language of the editor, a BCP 47 tag
 */
function serverOf(command, language, editor) {
  const [program, ...words] = command;
  const spoken = language === "auto" ? (/^zh\b/i.test(editor) ? "zh" : "en") : language;
  return { command: program, args: [...words, "--lang", spoken] };
}

module.exports = { serverOf };
