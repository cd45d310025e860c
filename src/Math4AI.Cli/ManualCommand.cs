using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace Math4AI.Cli;

/// <summary><c>math4ai manual</c>: prints the manual page, made from the texts of <c>--help</c>.</summary>
internal static class ManualCommand
{
    private const string ExamplesTitle = "Example";

    /// <param name="all">Creates the command with all of its verbs.</param>
    public static Command Create(Func<RootCommand> all)
    {
        var command = new Command(
            "manual",
            "Print the manual page, for man.\n\nExamples:\n"
            + "  math4ai manual > math4ai.1 && man ./math4ai.1\n"
            + "  math4ai manual | sudo tee /usr/local/share/man/man1/math4ai.1 > /dev/null");
        command.SetAction(_ =>
        {
            Console.Out.Write(Page(all()));
            return 0;
        });
        return command;
    }

    private static string Page(RootCommand root)
    {
        (string summary, string examples) = Parts(root);
        var page = new StringBuilder()
            .Append($".TH MATH4AI 1 \"\" \"math4ai {VersionAction.Number}\" \"User Commands\"\n")
            .Append(".SH NAME\nmath4ai \\- the mathematics of machine learning, from the command line\n")
            .Append(".SH SYNOPSIS\n.B math4ai\n.I VERB\n[\\fIOPTION\\fR]...\n")
            .Append($".SH DESCRIPTION\n{Escaped(summary)}\n");
        foreach (Command verb in root.Subcommands)
        {
            AddVerb(page, verb);
        }

        page.Append(".SH EXIT STATUS\n")
            .Append(".TP\n0\nThe work is done.\n.TP\n1\nThe work failed, or did not converge.\n")
            .Append(".TP\n2\nThe command line is wrong.\n");
        return page.Append(examples.Length > 0 ? $".SH EXAMPLES\n{examples}" : string.Empty).ToString();
    }

    private static void AddVerb(StringBuilder page, Command verb)
    {
        (string summary, string examples) = Parts(verb);
        IEnumerable<string> arguments = verb.Arguments.Select(
            argument => argument.Arity.MinimumNumberOfValues > 0 ? argument.Name : $"[{argument.Name}]");
        page.Append($".SH \"{verb.Name.ToUpperInvariant()}\"\n.B math4ai {verb.Name}\n")
            .Append($"{Escaped(string.Join(' ', arguments.Append("[OPTION]...")))}\n.PP\n{Escaped(summary)}\n");
        foreach (Argument argument in verb.Arguments)
        {
            page.Append($".TP\n.I {Escaped(argument.Name)}\n{Escaped(argument.Description ?? string.Empty)}\n");
        }

        foreach (Option option in verb.Options.Where(option => !option.Hidden && option is not HelpOption))
        {
            string names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(Escaped));
            string value = option.ValueType == typeof(bool)
                ? string.Empty
                : $" \\fI{Escaped(option.HelpName ?? "VALUE")}\\fR";
            page.Append($".TP\n\\fB{names}\\fR{value}\n{Escaped(option.Description ?? string.Empty)}\n");
        }

        page.Append(examples.Length > 0 ? $".PP\nExamples:\n{examples}" : string.Empty);
    }

    /// <summary>What a description says, and its examples as a block of their own.</summary>
    private static (string Summary, string Examples) Parts(Command command)
    {
        string text = command.Description ?? string.Empty;
        int at = text.IndexOf($"\n\n{ExamplesTitle}", StringComparison.Ordinal);
        return at < 0
            ? (text, string.Empty)
            : (text[..at], ".PP\n.nf\n" + string.Concat(text[(at + 2)..].Split('\n').Skip(1)
                .Select(line => $"{Escaped(line)}\n")) + ".fi\n");
    }

    /// <summary>A text as troff takes it: no line begins a request, and hyphens can be copied.</summary>
    private static string Escaped(string text)
    {
        string plain =
            text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return plain.StartsWith('.') || plain.StartsWith('\'') ? "\\&" + plain : plain;
    }
}
