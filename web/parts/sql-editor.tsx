/** SQL in CodeMirror: highlighted, completed by the schema's names, run by Ctrl+Enter. Loaded when SQL is first shown. */
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, sql as sqlLanguage, SQLite } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type ReactNode, useEffect, useRef } from "react";
import { cspNonce } from "../theme.ts";

export type SqlEditorProps = {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Ctrl+Enter, Command+Enter. */
  readonly onRun: () => void;
  /** Table → its columns, for completion. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** As /v1/schema says it; undefined until it does. */
  readonly dialect: string | undefined;
  readonly label: string;
};

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--t2s-accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--t2s-right)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--t2s-unsure)" },
  { tag: [tags.comment], color: "var(--mantine-color-dimmed)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--t2s-accent)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "13.5px", backgroundColor: "transparent", color: "inherit" },
  "&.cm-focused": { outline: "2px solid var(--t2s-accent)", outlineOffset: "-1px" },
  ".cm-content": {
    fontFamily: "var(--mantine-font-family-monospace)",
    padding: "10px 12px",
    caretColor: "currentColor",
  },
  ".cm-line": { padding: 0 },
  ".cm-cursor": { borderLeftColor: "currentColor" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--t2s-accent) 28%, transparent) !important",
  },
  ".cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--t2s-accent) 22%, transparent) !important",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--t2s-ground)",
    border: "1px solid var(--t2s-line)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--t2s-accent)",
    color: "var(--t2s-ground)",
  },
});

export function SqlEditor(props: SqlEditorProps): ReactNode {
  const { value, names, dialect, label } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const language = useRef(new Compartment());
  const current = useRef(props);
  useEffect(() => {
    current.current = props;
  });

  useEffect(() => {
    const editor = new EditorView({
      parent: place.current ?? undefined,
      doc: current.current.value,
      extensions: [
        EditorView.cspNonce.of(cspNonce()),
        // before the default keys, which make a line of Ctrl+Enter
        keymap.of([{ key: "Mod-Enter", run: () => (current.current.onRun(), true) }]),
        history(),
        closeBrackets(),
        bracketMatching(),
        autocompletion({ icons: false }),
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        language.current.of(languageOf(current.current)),
        syntaxHighlighting(colours),
        look,
        EditorView.lineWrapping,
        EditorState.tabSize.of(2),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) current.current.onChange(update.state.doc.toString());
        }),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({
      effects: language.current.reconfigure(languageOf({ names, dialect })),
    });
  }, [names, dialect]);

  return <div ref={place} />;
}

const languageOf = ({ names, dialect }: Pick<SqlEditorProps, "names" | "dialect">) =>
  sqlLanguage({
    dialect: dialect === "postgres" ? PostgreSQL : SQLite,
    schema: names,
    upperCaseKeywords: true,
  });
