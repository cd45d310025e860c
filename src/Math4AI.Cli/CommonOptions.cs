using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Math4AI.Cli;

/// <summary>The options that several verbs share, each with one name, meaning and default.</summary>
internal static class CommonOptions
{
    /// <summary>Gets the option for the number of threads, which <see cref="Program"/> reads for every verb.</summary>
    public static Option<int?> Threads { get; } = AtLeastOne(new Option<int?>("--threads")
    {
        Description = "The number of threads. Default: one for each processor, or MATH4AI_THREADS.",
        HelpName = "N",
        Recursive = true,
    });

    public static Option<int> Seed { get; } = new("--seed")
    {
        Description = "The seed of everything random: the same seed and number of threads give the same result.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print the result as JSON." };

    public static Option<bool> NoReport { get; } = new("--no-report") { Description = "Do not write report.html." };

    public static Option<bool> Force { get; } = new("--force") { Description = "Replace files that exist already." };

    public static Option<string?> Encoding { get; } = Named<string?>(
        "--encoding", "NAME",
        "The encoding of the text, such as windows-1252 or latin1. Default: UTF-8, or what a byte order "
            + "mark says.");

    /// <summary>Returns an option that takes a value.</summary>
    /// <typeparam name="T">The type of the value; a nullable one where the option may be left out.</typeparam>
    /// <param name="name">The name, with its dashes.</param>
    /// <param name="value">What the help calls the value.</param>
    /// <param name="description">A sentence that says what the option does.</param>
    public static Option<T> Named<T>(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    /// <summary>Returns an option that takes a value, and has one by default.</summary>
    public static Option<T> Named<T>(string name, string value, string description, T byDefault) =>
        new(name) { Description = description, HelpName = value, DefaultValueFactory = _ => byDefault };

    /// <summary>Lets a shell complete the names that an option takes.</summary>
    public static TOption Completed<TOption>(this TOption option, Func<IEnumerable<string>> names)
        where TOption : Option
    {
        option.CompletionSources.Add(_ => names().Select(name => new CompletionItem(name)));
        return option;
    }

    /// <summary>Returns the first of some options that the command line gives; null where it gives none.</summary>
    public static Option? Given(this ParseResult words, params IEnumerable<Option> options) =>
        options.FirstOrDefault(option => words.GetResult(option) is { Implicit: false });

    /// <summary>Refuses options that nothing would obey.</summary>
    /// <param name="words">The command line.</param>
    /// <param name="reason">What follows the name of the option: what it belongs to, and what to do.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="UsageException">One is given.</exception>
    public static void RefuseIdle(this ParseResult words, string reason, params IEnumerable<Option> options)
    {
        if (words.Given(options) is { } idle)
        {
            throw new UsageException($"{idle.Name} {reason}");
        }
    }

    /// <summary>Returns the option for the place of the results.</summary>
    /// <param name="description">What is written there.</param>
    /// <param name="byDefault">The path where the user names none; null if the verb then prints.</param>
    public static Option<string?> Output(string description, string? byDefault)
    {
        var output = new Option<string?>("--output", "-o")
        {
            Description = description,
            HelpName = "PATH",
            DefaultValueFactory = _ => byDefault,
        };
        output.Validators.Add(given =>
        {
            if (given.Tokens.Any(token => token.Value.Length == 0))
            {
                given.AddError("'-o' is empty: name a file or folder.");
            }
        });
        return output;
    }

    /// <summary>Returns an option for a list, separated by commas or spaces.</summary>
    public static Option<string?> List(string name, string value, string description) =>
        new ListOption<string?>(name) { Description = description, HelpName = value };

    /// <summary>Returns an option for names of columns, separated by commas or spaces.</summary>
    public static Option<string[]?> Columns(string name, string description) => new ListOption<string[]?>(name)
    {
        Description = description,
        HelpName = "COLUMN",
        CustomParser = given => [.. given.Tokens.SelectMany(token => WordLists.Columns(token.Value))],
    };

    /// <summary>
    /// Returns an option whose words are items, separated by commas or spaces, that its reader splits.
    /// </summary>
    public static Option<string[]?> Words(string name, string value, string description) =>
        new ListOption<string[]?>(name) { Description = description, HelpName = value };

    /// <summary>Returns an option for a list of whole numbers, separated by spaces or commas.</summary>
    public static Option<int[]?> Integers(string name, string description) =>
        Numbers<int>(name, description, "a whole number");

    /// <summary>Returns an option for a list of numbers, separated by spaces or commas.</summary>
    public static Option<double[]?> Reals(string name, string description) =>
        Numbers<double>(name, description, "a number");

    private static Option<T[]?> Numbers<T>(string name, string description, string needed)
        where T : IParsable<T> => new ListOption<T[]?>(name, takesNumbers: true)
        {
            Description = description,
            HelpName = "N",
            CustomParser = given =>
            {
                const StringSplitOptions Trim = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
                var numbers = new List<T>();
                foreach (string text in given.Tokens.SelectMany(token => token.Value.Split(',', Trim)))
                {
                    if (!T.TryParse(text, CultureInfo.InvariantCulture, out T? number))
                    {
                        given.AddError($"'{text}' is not a value for {name}: {needed} is needed.");
                        return null;
                    }

                    numbers.Add(number);
                }

                return [.. numbers];
            },
        };

    /// <summary>
    /// Returns a verb whose numbers have no commas: 0,05 would be read as 5, by the separators of thousands.
    /// </summary>
    public static Command RefusingCommas(Command verb)
    {
        foreach (Option option in verb.Options.Where(one => one is not IListOption
            && (Nullable.GetUnderlyingType(one.ValueType) ?? one.ValueType) == typeof(double)))
        {
            option.Validators.Add(given =>
            {
                foreach (Token word in given.Tokens.Where(one => one.Value.Contains(',', StringComparison.Ordinal)))
                {
                    given.AddError(
                        $"'{word.Value}' is not a value for {option.Name}: a number has a point, and no commas.");
                }
            });
        }

        return verb;
    }

    /// <summary>Refuses a number below 1 while the command line is parsed.</summary>
    private static Option<int?> AtLeastOne(Option<int?> option)
    {
        option.Validators.Add(given =>
        {
            // A text that is not a number has an error already.
            if (given.Tokens is [var word] && long.TryParse(word.Value, CultureInfo.InvariantCulture, out long number)
                && number < 1)
            {
                given.AddError($"'{option.Name}' takes a whole number from 1 on.");
            }
        });
        return option;
    }
}
