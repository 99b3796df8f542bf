// What `flotilla completion` prints: scripts that a shell runs, which ask the program itself what could be typed. Apart
// because they are other languages. They know nothing of commands and options, so that they never grow old.

/** Makes one word again of what bash takes apart at `=` and `:`, and gives back what it will put in its place. */
const BASH = [
  '# Completes flotilla in bash. For this shell: eval "$(flotilla completion bash)"',
  '# For every shell: flotilla completion bash > ~/.local/share/bash-completion/completions/flotilla',
  '_flotilla() {',
  '  local rest=${COMP_LINE:0:COMP_POINT} words=() at word trimmed last kept line',
  '  for ((at = 0; at <= COMP_CWORD; at++)); do',
  '    trimmed=${rest#"${rest%%[![:space:]]*}"}',
  '    word=${COMP_WORDS[at]}',
  '    if ((at == COMP_CWORD)); then word=$trimmed; fi',
  '    if ((at > 0)) && [[ $trimmed == "$rest" ]]; then words[last]+=$word; else words+=("$word"); fi',
  '    last=$((${#words[@]} - 1))',
  '    rest=${trimmed#"$word"}',
  '  done',
  '  word=${words[last]}',
  '  if [[ $word == *[=:]* ]]; then kept=${word%"${word##*[=:]}"}; fi',
  '  COMPREPLY=()',
  '  while IFS= read -r line; do',
  '    printf -v line %q "${line#"$kept"}"',
  '    COMPREPLY+=("${line//\\\\,/,}")',
  '  done < <("${words[0]/#\\~/$HOME}" --complete "${words[@]:1}" 2>/dev/null)',
  '}',
  'complete -o bashdefault -o default -F _flotilla flotilla',
];

/** Works both ways: as a file of `$fpath`, which is run as the function, and as text to evaluate. */
const ZSH = [
  '#compdef flotilla',
  '# Completes flotilla in zsh. For this shell, after compinit: eval "$(flotilla completion zsh)"',
  '# For every shell: flotilla completion zsh > DIRECTORY/_flotilla, into a directory of $fpath',
  '_flotilla() {',
  '  local -a found',
  '  found=("${(@f)$("${words[1]/#\\~/$HOME}" --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")',
  '  if [[ -n "$found" ]]; then compadd -a found; else _files; fi',
  '}',
  'if [[ $funcstack[1] == _flotilla ]]; then _flotilla "$@"; else compdef _flotilla flotilla; fi',
];

/** A shell's script. It asks the program with the words up to the cursor, which answers a line a word. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `${BASH.join('\n')}\n`,
  zsh: `${ZSH.join('\n')}\n`,
};
