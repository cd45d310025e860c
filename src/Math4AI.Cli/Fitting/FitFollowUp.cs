using System.CommandLine;
using Math4AI.Fitting.Formulas;

namespace Math4AI.Cli.Fitting;

/// <summary>What <c>math4ai fit</c> is asked to compute from the fit.</summary>
internal sealed record FitFollowUp(
    string? Predict, string? Derive, bool Profile, Formula? Nested, Dictionary<string, double>? NestedStart);

/// <summary>The options of <c>math4ai fit</c> for what follows the fit.</summary>
internal sealed class FitFollowUpOptions
{
    private readonly Option<string?> predict = new("--predict")
    {
        Description = "A table to predict for; predictions with confidence and prediction intervals go to "
            + "predictions.csv.",
        HelpName = "FILE",
    };

    private readonly Option<string?> derive = new("--derive")
    {
        Description = "Quantities derived from the parameters, such as \"fwhm = 2*w; half = log(2)/k\", with standard "
            + "errors and intervals.",
        HelpName = "NAME=EXPR;…",
    };

    private readonly Option<bool> profile = new("--profile")
    {
        Description = "Compute the profile-likelihood limits of every parameter and derived quantity.",
    };

    private readonly Option<string?> nested = new("--nested")
    {
        Description = "Another formula, of a model that is a special case of the first or has it as one: F and "
            + "likelihood-ratio tests.",
        HelpName = "FORMULA",
    };

    private readonly Option<string?> nestedStart = new("--nested-start")
    {
        Description = "Initial values for the model of --nested. Default: those that were fitted, and many starts for "
            + "others.",
        HelpName = "NAME=VALUE,…",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(predict);
        command.Options.Add(derive);
        command.Options.Add(profile);
        command.Options.Add(nested);
        command.Options.Add(nestedStart);
    }

    public FitFollowUp Read(ParseResult parsed) => new(
        parsed.GetValue(predict),
        parsed.GetValue(derive),
        parsed.GetValue(profile),
        parsed.GetValue(nested) is { } formula ? FitOptionReader.Formula(formula, "--nested") : null,
        FitOptionReader.Values("--nested-start", parsed.GetValue(nestedStart)));
}
