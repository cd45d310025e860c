using System.CommandLine;
using Math4AI.Fitting;

namespace Math4AI.Cli.Fitting;

/// <summary>The options of <c>math4ai fit</c> for weights and errors of measurement.</summary>
internal sealed class FitErrorOptions
{
    private readonly Option<string?> weights = CommonOptions.Named<string?>(
        "--weights", "EXPR",
        "The weights of least squares: a column, or an expression of columns such as 1/s^2.");

    private readonly Option<string?> sigma = CommonOptions.Named<string?>(
        "--sigma", "EXPR",
        "The standard deviation of the response: a number, a column, or an expression such as "
            + "0.05*abs(y)+0.1.");

    private readonly Option<string> sigmaIs = CommonOptions.Named<string>(
        "--sigma-is", "KIND",
        "Whether --sigma is absolute, in units of the response, or relative, known up to a factor that "
            + "is estimated from the residuals.",
        "absolute");

    private readonly Option<string?> sigmaX = CommonOptions.Named<string?>(
        "--sigma-x", "NAME=EXPR;…",
        "Standard deviations of columns of the model, such as \"x = 0.1; z = sz\": the fit is then "
            + "orthogonal distance regression. Needs --sigma.");

    public void AddTo(Command command)
    {
        command.Options.Add(weights);
        command.Options.Add(sigma);
        command.Options.Add(sigmaIs);
        command.Options.Add(sigmaX);
    }

    public MeasurementErrors Read(ParseResult parsed)
    {
        string kind = parsed.GetValue(sigmaIs)!;
        if (kind is not ("absolute" or "relative"))
        {
            throw new UsageException($"--sigma-is takes absolute or relative, not '{kind}'.");
        }

        string? ofY = parsed.GetValue(sigma);
        if (ofY is null)
        {
            parsed.RefuseIdle("belongs to --sigma, the standard deviation of the response.", sigmaIs);
        }

        Dictionary<string, string> ofInputs = Definitions.Read("--sigma-x", parsed.GetValue(sigmaX));
        return ofY is not null && parsed.GetValue(weights) is not null
            ? throw new UsageException("--sigma and --weights say the same, w = 1/σ²: leave out one of the two.")
            : ofY is null && ofInputs.Count > 0
            ? throw new UsageException("--sigma-x needs --sigma too, the standard deviation of the response.")
            : new MeasurementErrors
            {
                Weights = parsed.GetValue(weights),
                Sigma = ofY,
                IsSigmaAbsolute = kind == "absolute",
                InputSigma = ofInputs,
            };
    }
}
