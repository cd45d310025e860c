using System.CommandLine;
using Math4AI.Fitting.Models;

namespace Math4AI.Cli.Fitting;

/// <summary>Differential equations as the model of a fit.</summary>
internal sealed record FitOde(string Equations, OdeModelOptions Options);

/// <summary>The options of <c>math4ai fit</c> for differential equations.</summary>
internal sealed class FitOdeOptions
{
    private readonly Option<string?> equations = CommonOptions.Named<string?>(
        "--ode", "EQUATIONS",
        "Differential equations such as \"dA = -k1*A; dB = k1*A - k2*B\", in place of --model. States "
            + "begin with the parameters A0, B0, which may be fixed.");

    private readonly Option<string?> observe = CommonOptions.Named<string?>(
        "--observe", "FORMULA",
        "What is measured, as \"y ~ B\" or \"yA; yB ~ A; s*B\": columns on the left, states and "
            + "parameters on the right.");

    private readonly Option<string?> initial = CommonOptions.Named<string?>(
        "--initial", "STATE=EXPR;…",
        "Initial values of states, such as \"A = dose/v; B = 0\". Default: parameters A0, B0.");

    private readonly Option<string> time = CommonOptions.Named<string>(
        "--time", "COLUMN", "The column of the time.", "t");

    private readonly Option<double?> startTime = CommonOptions.Named<double?>(
        "--start-time", "T", "The time at which the initial values hold. Default: 0.");

    public void AddTo(Command command)
    {
        command.Options.Add(equations);
        command.Options.Add(observe);
        command.Options.Add(initial);
        command.Options.Add(time);
        command.Options.Add(startTime);
    }

    /// <summary>Returns the equations and the formula of what is observed; null if there are none.</summary>
    public (FitOde Ode, string Observed)? Read(ParseResult parsed)
    {
        if (parsed.GetValue(equations) is not { } text)
        {
            parsed.RefuseIdle("belongs to --ode.", observe, initial, time, startTime);
            return null;
        }

        string observed = parsed.GetValue(observe)
            ?? throw new UsageException(
                "--ode needs --observe, such as \"y ~ B\": the measured column and the state that it shows.");
        return (
            new FitOde(text, new OdeModelOptions
            {
                Initial = Definitions.Read("--initial", parsed.GetValue(initial)),
                Time = parsed.GetValue(time)!,
                StartTime = parsed.GetValue(startTime),
            }),
            observed);
    }
}
