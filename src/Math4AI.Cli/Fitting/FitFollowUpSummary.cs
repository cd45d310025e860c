using System.Globalization;
using Math4AI.Fitting;
using Spectre.Console;

namespace Math4AI.Cli.Fitting;

/// <summary>A derived quantity in <c>result.json</c>.</summary>
internal sealed record FitDerived(
    string Expression, double? Value, double? StandardError, double? Lower, double? Upper, double? ProfileLower,
    double? ProfileUpper);

/// <summary>The limits of an interval in <c>result.json</c>; null for one that is open.</summary>
internal sealed record FitLimits(double? Lower, double? Upper)
{
    public static FitLimits Of(Interval interval) => new(
        double.IsFinite(interval.Lower) ? interval.Lower : null,
        double.IsFinite(interval.Upper) ? interval.Upper : null);
}

/// <summary>The comparison with a nested model in <c>result.json</c>.</summary>
internal sealed record FitNested(
    string Model,
    IReadOnlyDictionary<string, double?> Parameters,
    bool IsLarger,
    int AdditionalParameters,
    double? F,
    double? PValueOfF,
    double? LikelihoodRatio,
    double? LikelihoodRatioPValue);

/// <summary>What follows a fit, computed by public members of the library, as <c>result.json</c> has it.</summary>
internal sealed record FitFollowUpSummary(
    IReadOnlyDictionary<string, FitDerived>? Derived, IReadOnlyDictionary<string, FitLimits>? ProfileLimits,
    FitNested? Nested)
{
    public static FitFollowUpSummary Of(
        FitResult result, FitCommandOptions options, FitProblem? nested, CancellationToken cancellation)
    {
        FitFollowUp asked = options.FollowUp;
        if (!result.IsConverged)
        {
            return new FitFollowUpSummary(null, null, null);
        }

        Dictionary<string, FitDerived>? derived = asked.Derive is null
            ? null
            : Of(result.Derive(asked.Derive), asked.Profile, options.Level, cancellation);
        Dictionary<string, FitLimits>? limits = !asked.Profile
            ? null
            : result.Names.Where(name => !result[name].IsFixed && !result[name].IsOnBound).ToDictionary(
                name => name, name => FitLimits.Of(result.ProfileInterval(name, options.Level, cancellation)));
        return new FitFollowUpSummary(
            derived, limits, nested is null ? null : Compare(result, asked, nested, cancellation));
    }

    /// <summary>Derived quantities by name, with the name of a group where there is one.</summary>
    public static Dictionary<string, FitDerived> Of(
        IEnumerable<DerivedQuantity> quantities, bool hasProfile, double level, CancellationToken cancellation,
        string? group = null) =>
        quantities.ToDictionary(
            quantity => group is null ? quantity.Name : $"{quantity.Name}[{group}]",
            quantity => Of(quantity, hasProfile, level, cancellation));

    public void Print()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        foreach ((string name, FitDerived quantity) in Derived ?? new Dictionary<string, FitDerived>())
        {
            string profile = quantity.ProfileLower is null && quantity.ProfileUpper is null
                ? string.Empty
                : $", by profile {Text(quantity.ProfileLower)} … {Text(quantity.ProfileUpper)}";
            Console.Out.WriteLine(string.Create(
                culture,
                $"{name} = {quantity.Expression} = {Text(quantity.Value)} ± {Text(quantity.StandardError, 2)}, "
                + $"{Text(quantity.Lower)} … "
                + $"{Text(quantity.Upper)}{profile}"));
        }

        if (ProfileLimits is not null)
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach (string title in new[] { "parameter", "profile from", "to" })
            {
                table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
            }

            foreach ((string name, FitLimits limits) in ProfileLimits)
            {
                table.AddRow(Markup.Escape(name), Text(limits.Lower), Text(limits.Upper));
            }

            AnsiConsole.Write(table);
        }

        if (Nested is { } nested)
        {
            string f = nested.F is null ? string.Empty : $"F = {Text(nested.F)}, p = {Text(nested.PValueOfF, 3)}; ";
            Console.Out.WriteLine(
                $"Against {nested.Model} ({(nested.IsLarger ? "larger" : "smaller")} by "
                + $"{nested.AdditionalParameters}): {f}likelihood ratio "
                + $"{Text(nested.LikelihoodRatio)}, p = {Text(nested.LikelihoodRatioPValue, 3)}. A small p favors the "
                + "larger model.");
        }
    }

    private static FitDerived Of(
        DerivedQuantity quantity, bool hasProfile, double level, CancellationToken cancellation)
    {
        Interval wald = quantity.Interval(level);
        Interval profile = hasProfile
            ? quantity.ProfileInterval(level, cancellation)
            : new Interval(double.NaN, double.NaN);
        return new FitDerived(
            quantity.Text,
            Known(quantity.Value),
            Known(quantity.StandardError),
            Known(wald.Lower),
            Known(wald.Upper),
            Known(profile.Lower),
            Known(profile.Upper));
    }

    private static FitNested Compare(
        FitResult result, FitFollowUp asked, FitProblem nested, CancellationToken cancellation)
    {
        Dictionary<string, double>? start = asked.NestedStart;
        if (start is null && nested.Model.ParameterNames.All(result.Names.Contains))
        {
            start = nested.Model.ParameterNames.ToDictionary(name => name, name => result[name].Value);
        }

        FitResult other = start is null ? nested.Fit(cancellation: cancellation) : nested.Fit(start, cancellation);
        if (!other.IsConverged)
        {
            throw new ArgumentException(
                $"The model of --nested did not converge: give --nested-start. {other.Minimum.Termination}");
        }

        bool isLarger = other.LikelihoodParameters > result.LikelihoodParameters;
        NestedComparison found = isLarger ? NestedComparison.Of(result, other) : NestedComparison.Of(other, result);
        return new FitNested(
            asked.Nested!.Text,
            other.Names.ToDictionary(name => name, name => Known(other[name].Value)),
            isLarger,
            found.Parameters,
            Known(found.F),
            Known(found.FPValue),
            Known(found.LikelihoodRatio),
            Known(found.LikelihoodRatioPValue));
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static string Text(double? value, int digits = 6) =>
        value?.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) ?? "open";
}
