using System.CommandLine;
using Math4AI.Fitting.Formulas;

namespace Math4AI.Cli.Fitting;

/// <summary>What <c>math4ai fit</c> is asked to compute from the fit.</summary>
internal sealed record FitFollowUp(
    string? Predict, string? Derive, bool Profile, Formula? Nested, Dictionary<string, double>? NestedStart);

/// <summary>The options of <c>math4ai fit</c> for what follows the fit.</summary>
internal sealed class FitFollowUpOptions
{
    private readonly Option<string?> predict = CommonOptions.Named<string?>(
        "--predict", "FILE",
        "A table to predict for; predictions with confidence and prediction intervals go to "
            + "predictions.csv.");

    private readonly Option<string?> derive = CommonOptions.Named<string?>(
        "--derive", "NAME=EXPR;…",
        "Quantities derived from the parameters, such as \"fwhm = 2*w; half = log(2)/k\", with standard "
            + "errors and intervals.");

    private readonly Option<bool> profile = new("--profile")
    {
        Description = "Compute the profile-likelihood limits of every parameter and derived quantity.",
    };

    private readonly Option<string?> nested = CommonOptions.Named<string?>(
        "--nested", "FORMULA",
        "Another formula, of a model that is a special case of the first or has it as one: F and "
            + "likelihood-ratio tests.");

    private readonly Option<string?> nestedStart = CommonOptions.List(
        "--nested-start", "NAME=VALUE,…",
        "Initial values for the model of --nested. Default: those that were fitted, and many starts for "
            + "others.");

    public void AddTo(Command command)
    {
        command.Options.Add(predict);
        command.Options.Add(derive);
        command.Options.Add(profile);
        command.Options.Add(nested);
        command.Options.Add(nestedStart);
    }

    /// <summary>All the options.</summary>
    public IEnumerable<Option> All => [predict, derive, profile, nested, nestedStart];

    public FitFollowUp Read(ParseResult parsed) => new(
        parsed.GetValue(predict),
        parsed.GetValue(derive),
        parsed.GetValue(profile),
        parsed.GetValue(nested) is { } formula ? FitOptionReader.Formula(formula, "--nested") : null,
        FitOptionReader.Values("--nested-start", parsed.GetValue(nestedStart)));
}
