using System.CommandLine;

namespace Math4AI.Cli;

/// <summary><c>math4ai completion</c>: prints what a shell needs to complete verbs, options and names.</summary>
internal static class CompletionCommand
{
    // Each script asks the command itself, so that it is right after an update.
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            # Add to ~/.bashrc:  source <(math4ai completion bash)
            _math4ai() {
                local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]} found
                found=$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
                COMPREPLY=($(compgen -W "$found" -- "$word"))
            }
            complete -o default -F _math4ai math4ai
            """,
        ["zsh"] = """
            # Add to ~/.zshrc, after compinit:  source <(math4ai completion zsh)
            _math4ai() {
                local line="${(j: :)words[1,CURRENT]}"
                local -a found
                found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
                found=(${(M)found:#${PREFIX}*})
                if (( ${#found} )); then
                    compadd -a found
                else
                    _files
                fi
            }
            compdef _math4ai math4ai
            """,
        ["fish"] = """
            # Save as ~/.config/fish/completions/math4ai.fish
            function __math4ai_suggest
                set -l line (commandline -cp)
                math4ai "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c math4ai -a '(__math4ai_suggest)'
            """,
        ["powershell"] = """
            # Add to the profile:  math4ai completion powershell | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName math4ai -ScriptBlock {
                param($word, $line, $position)
                math4ai "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"The shell: {string.Join(", ", Scripts.Keys)}." };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        var command = new Command(
            "completion",
            "Print the script with which a shell completes verbs, options and names.\n\nExamples:\n"
            + "  source <(math4ai completion bash)\n"
            + "  math4ai completion fish > ~/.config/fish/completions/math4ai.fish")
        {
            shell,
        };
        command.SetAction(words =>
        {
            string name = words.GetValue(shell)!;
            Console.Out.WriteLine(Scripts.TryGetValue(name, out string? script)
                ? script
                : throw new UsageException(
                    $"There is no completion for '{name}'; choose one of: {string.Join(", ", Scripts.Keys)}."));
            return 0;
        });
        return command;
    }
}
