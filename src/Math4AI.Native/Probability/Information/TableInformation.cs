using Math4AI.Data.Tables;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Probability.Information;

/// <summary>
/// Estimates how much each pair of columns of a table says about the other, and tests each for independence, with
/// probabilities that are corrected for the number of tests. Columns of numbers are compared by nearest neighbors,
/// whatever the form of the dependence; columns of classes are counted.
/// </summary>
public sealed record TableInformation
{
    // Texts of which more than this share differ are names.
    private const double UniqueShare = 0.5;

    /// <summary>
    /// Gets a column Z that is held: the informations are then I(X; Y | Z), what remains where Z is known. Null for
    /// none.
    /// </summary>
    public string? Given { get; init; }

    /// <summary>Gets the columns to leave out.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>
    /// Gets the forms of columns, such as <c>zip=category</c> of <see cref="ColumnList.Parse"/>; those of the others
    /// are found.
    /// </summary>
    public IReadOnlyDictionary<string, ColumnForm> Forms { get; init; } = new Dictionary<string, ColumnForm>();

    /// <summary>Gets the number of neighbors.</summary>
    public int Neighbors { get; init => field = Setting.AtLeast(value, 1); } = 4;

    /// <summary>
    /// Gets the most permutations of a test; null for 20 for each pair, at least 199 and at most 999.
    /// </summary>
    public int? Permutations { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>Gets the most rows of a test, some at random of more; the estimates are of all rows.</summary>
    public int MaxTestRows { get; init => field = Setting.AtLeast(value, 2); } = 500;

    /// <summary>Gets the seed of the permutations.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets the processes that share the pairs, each with the same table; this one alone by default. The estimates have
    /// the bits of one process. Several are stopped together from outside, and heed no cancellation.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Compares the columns of a table.</summary>
    /// <param name="table">The table; a row counts for the pairs of which it has both values.</param>
    /// <param name="progress">Told what share of the pairs is done.</param>
    /// <param name="cancellation">Stops between samples.</param>
    /// <exception cref="ArgumentException">
    /// A column that is named is not there, a number is infinite or has a square that overflows, fewer than two columns
    /// are left, or a pair has too few rows.
    /// </exception>
    public InformationTable Of(
        Table table, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTestRows, Neighbors + 1);
        RequireColumns(table);
        (var columns, var leftOut) = ReadAll(table);
        string[] names = [.. columns.Select(column => column.Name).Where(name => name != Given)];
        if (names.Length < 2 || columns.Count < names.Length + (Given is null ? 0 : 1))
        {
            throw TooFew([.. columns.Select(column => column.Name)], leftOut);
        }

        int[]? distinct = CopiedRows.Distinct(
            [.. columns.Select(column => column.Values)], [.. columns.Select(column => column.AreClasses)]);
        int copies = distinct is null ? 0 : table.Rows - distinct.Length;
        var byName = columns.ToDictionary(column => column.Name, column => (
            distinct is null ? column.Values : Array.ConvertAll(distinct, row => column.Values[row]),
            column.AreClasses));
        (string First, string Second)[] pairs =
            [.. names.SelectMany((first, i) => names.Skip(i + 1).Select(second => (first, second)))];
        const int MinPermutations = 199, MaxPermutations = 999, ForEach = 20;
        int permutations = Permutations ?? Math.Clamp(ForEach * pairs.Length - 1, MinPermutations, MaxPermutations);
        PairInformation[] found = Compare(pairs, byName, permutations, progress, cancellation);
        double[] adjusted = FalseDiscoveries.Adjusted([.. found.Select(pair => pair.PValue)]);
        return new InformationTable(
            names, leftOut, [.. found.Select((pair, i) => pair with { Adjusted = adjusted[i] })], Given, permutations)
        {
            Note = new[] { CopiesNote(copies, table.Rows, found), BoundNote(found), NoteOf(pairs.Length, permutations) }
                .OfType<string>().ToArray() is { Length: > 0 } notes ? string.Join(' ', notes) : null,
            Copies = copies,
        };
    }

    private (List<(string Name, double[] Values, bool AreClasses)> Columns, List<(string Name, string Reason)> LeftOut)
        ReadAll(Table table)
    {
        table.RequireFinite(table.Names.Except(Ignore).Where(name => Forms.GetValueOrDefault(name) is not
        {
            IsNumeric: false,
        }));
        var columns = new List<(string Name, double[] Values, bool AreClasses)>();
        var leftOut = new List<(string Name, string Reason)>();
        foreach (string name in table.Names)
        {
            (double[] values, bool areClasses, string? reason) = Read(table, name);
            if (reason is not null)
            {
                leftOut.Add((name, reason));
            }
            else
            {
                columns.Add((name, values, areClasses));
            }
        }

        return (columns, leftOut);
    }

    private ArgumentException TooFew(string[] vary, List<(string Name, string Reason)> leftOut)
    {
        string beside = Given is null ? string.Empty : $" beside '{Given}', which has to vary too";
        string there = vary.Length == 0 ? "none" : string.Join(", ", vary.Select(name => $"'{name}'")) + " alone";
        string others = leftOut.Count == 0
            ? string.Empty
            : "; left out: " + string.Join(", ", leftOut.Select(column => $"'{column.Name}' ({column.Reason})"));
        return new ArgumentException($"Two columns that vary are needed{beside}; there is {there}{others}.");
    }

    private static string? CopiesNote(int copies, int rows, PairInformation[] pairs)
    {
        const string Remedy = "and count once here, since copies make independent columns look dependent: remove them.";
        if (copies > 0)
        {
            return $"{copies} of {rows} rows are copies of others in all columns that were compared, {Remedy}";
        }

        PairInformation? most = pairs.Where(pair => pair.Copies > 0).MaxBy(pair => pair.Copies);
        int others = pairs.Count(pair => pair.Copies > 0) - 1;
        return most is null ? null
            : $"{most.Copies} of {most.Rows + most.Copies} rows are copies of others in '{most.First}' and "
                + $"'{most.Second}'{(others > 0 ? $", and as much holds of {others} more pairs" : string.Empty)}, "
                + Remedy;
    }

    private static string? BoundNote(PairInformation[] pairs)
    {
        PairInformation? most = pairs.Where(pair => pair.Information.IsLowerBound)
            .MaxBy(pair => pair.Information.Value);
        int others = pairs.Count(pair => pair.Information.IsLowerBound) - 1;
        return most is null ? null
            : $"'{most.First}' and '{most.Second}'"
                + (others > 0 ? $", and {others} more {(others > 1 ? "pairs" : "pair")}," : string.Empty)
                + $" have at least the information that is shown (≥): {most.Rows} rows cannot show more, and it is "
                + "infinite where one column is a function of the other.";
    }

    private static string? NoteOf(int pairs, int permutations)
    {
        const double Level = 0.05;
        int needed = Math.Min(SequentialTest.LeastForTail, (int)Math.Ceiling(pairs / Level) - 1);
        return permutations >= needed ? null
            : $"With {permutations} permutations a dependent pair among {pairs} can hardly be told from chance: give "
                + $"{needed} or more (--permutations).";
    }

    private void RequireColumns(Table table)
    {
        string?[] named = [.. Ignore, .. Forms.Keys, Given];
        if (named.FirstOrDefault(name => name is not null && !table.Names.Contains(name)) is { } unknown)
        {
            throw new ArgumentException(ColumnNames.NoColumn(unknown, table.Names));
        }
    }

    private PairInformation[] Compare(
        (string First, string Second)[] pairs, Dictionary<string, (double[] Values, bool AreClasses)> columns,
        int permutations, IProgress<double>? progress, CancellationToken cancellation)
    {
        PairSamples Of((string First, string Second) pair) => new(
            new[] { pair.First, pair.Second, Given }.OfType<string>().Select(name => columns[name]));
        foreach ((string First, string Second) pair in pairs)
        {
            if (Of(pair).Rows is var rows && rows <= Neighbors)
            {
                string remedy = pairs.Length == 1 || rows == columns[pair.First].Values.Length
                    ? "give more rows" : "leave one of them out (--ignore)";
                throw new ArgumentException($"Only {rows} rows have values of both '{pair.First}' and "
                    + $"'{pair.Second}', and more than {Neighbors} are needed: {remedy}.");
            }
        }

        double[][] found = Judged(pairs.Length, i => Of(pairs[i]), permutations, progress, cancellation);
        return [.. pairs.Zip(found, (pair, numbers) =>
        {
            PairSamples samples = Of(pair);
            return new PairInformation(
                pair.First, pair.Second, samples.Rows,
                new Estimate(numbers[0], numbers[1])
                {
                    Bias = numbers[2],
                    IsLowerBound = numbers[4] > 0.0,
                    Samples = samples.Rows,
                },
                numbers[3], 1.0, samples.AreCounted ? "counts" : "neighbors")
            {
                Copies = samples.Copies,
            };
        })];
    }

    /// <summary>
    /// Information, its standard error, its bias, its probability by chance and whether it is a lower bound, of each
    /// pair, on all threads.
    /// </summary>
    private double[][] Judged(
        int pairs, Func<int, PairSamples> samplesOf, int permutations, IProgress<double>? progress,
        CancellationToken cancellation)
    {
        cancellation = Processes.Count > 1 ? CancellationToken.None : cancellation;
        double[] Judge(int i)
        {
            PairSamples samples = samplesOf(i);
            Estimate information = samples.Judged(Neighbors, cancellation);
            double probability = samples.Some(MaxTestRows, unchecked(Seed + i))
                .PValue(permutations, Neighbors, unchecked(Seed + i), cancellation);
            return
            [
                information.Value, information.StandardError, information.Bias, probability,
                information.IsLowerBound ? 1.0 : 0.0,
            ];
        }

        return Processes.Distribute(pairs, own =>
        {
            double[][] judged = new double[own.Count][];
            int done = 0;
            Parallel.For(0, own.Count, new ParallelOptions
            {
                MaxDegreeOfParallelism = Compute.Threads,
                CancellationToken = cancellation,
            }, i =>
            {
                judged[i] = Judge(own[i]);
                progress?.Report((double)Interlocked.Increment(ref done) / own.Count);
            });
            return judged;
        });
    }

    /// <summary>The column as numbers, of classes their places; NaN where a value is missing.</summary>
    private (double[] Values, bool AreClasses, string? Reason) Read(Table table, string name)
    {
        ColumnForm form = Forms.GetValueOrDefault(name) ?? ColumnInference.Of(table, name, null).Form;
        if (Ignore.Contains(name) || form.Type == ColumnType.Ignore)
        {
            return ([], false, "ignored");
        }

        Table read = table.InForms(new Dictionary<string, ColumnForm> { [name] = form });
        double[] values = form.IsNumeric ? read.Numbers(name) : Places(read.Texts(name), form.Order);
        int known = values.Count(value => !double.IsNaN(value));
        int distinct = values.Where(value => !double.IsNaN(value)).Distinct().Count();
        string? reason = distinct < 2 ? (known == 0 ? "no values" : "it never varies")
            : form.Type == ColumnType.Text || (form.Type == ColumnType.Category && distinct > UniqueShare * known
                && distinct > 2) ? "texts that hardly occur twice"
            : form.IsNumeric && !Forms.ContainsKey(name) ? Identifiers.Reason(name, values)
            : null;
        return (values, form.Type is ColumnType.Category, reason);
    }

    private static double[] Places(IReadOnlyList<string?> texts, IReadOnlyList<string> order)
    {
        var places = order.Concat(texts.OfType<string>().Order(StringComparer.Ordinal)).Distinct()
            .Select((text, place) => (text, place)).ToDictionary(pair => pair.text, pair => (double)pair.place);
        return [.. texts.Select(text => text is null ? double.NaN : places[text])];
    }
}
