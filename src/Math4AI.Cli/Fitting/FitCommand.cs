using System.CommandLine;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Optimization;

namespace Math4AI.Cli.Fitting;

/// <summary>The command line of <c>math4ai fit</c>.</summary>
internal static class FitCommand
{
    private static readonly Argument<string> Data = new("DATA")
    {
        Description = "A table: a text file whose first line names the columns, or a NumPy array (rows × columns) with "
            + "the columns c1, c2, ….",
    };

    private static readonly Option<string?> ModelFormula = new("--model", "-m")
    {
        Description = "The formula, response ~ function. Names that are not columns are parameters. Separate "
            + "several responses, and several functions, by ;. A term gp(x, t) is a Gaussian process of columns.",
        HelpName = "FORMULA",
    };

    private static readonly Option<string?> Start = new("--start")
    {
        Description = "Initial values, such as b1=500,b2=0.0001. Default: many starts are tried.",
        HelpName = "NAME=VALUE,…",
    };

    private static readonly Option<string> DistanceName = new Option<string>("--distance")
    {
        Description = "The distance between prediction and observation: "
            + $"{string.Join(", ", DistanceNames.All.Keys)}. Some take a "
            + "number, as in huber:1.5.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "squared",
    }.Completed(() => DistanceNames.All.Keys);

    private static readonly Option<string?> Compare = new("--compare")
    {
        Description = "Other distances to fit the same model with, such as absolute,huber:1.5. All are ranked by "
            + "how well they predict rows that they have not seen.",
        HelpName = "NAME,…",
    };

    private static readonly Option<string?> Bounds = new("--bounds")
    {
        Description = "Bounds of parameters, such as b2=0..1,b3=0.. (leave out an end for none).",
        HelpName = "NAME=FROM..TO,…",
    };

    private static readonly Option<string?> Held = new("--fix")
    {
        Description = "Parameters that are not fitted, with their values, such as b1=2.",
        HelpName = "NAME=VALUE,…",
    };

    private static readonly Option<string?> Linear = new("--linear")
    {
        Description = "Parameters that the formula is linear in, such as b1,b3. They need no initial value.",
        HelpName = "NAME,…",
    };

    private static readonly FitErrorOptions Errors = new();

    private static readonly FitOdeOptions Ode = new();

    private static readonly FitFollowUpOptions FollowUp = new();

    private static readonly FitPosteriorOptions Posterior = new();

    private static readonly Option<string> MinimizerName = new Option<string>("--minimizer")
    {
        Description = $"The minimizer: {string.Join(", ", Minimizer.Methods.Keys)}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "auto",
    }.Completed(() => Minimizer.Methods.Keys);

    private static readonly Option<int?> Bootstrap = new("--bootstrap")
    {
        Description = "The number of bootstrap resamples, for intervals that assume little about the noise. "
            + "Default: none.",
        HelpName = "N",
    };

    private static readonly Option<double> Level = new("--level")
    {
        Description = "The confidence level of intervals and bands.",
        HelpName = "P",
        DefaultValueFactory = _ => 0.95,
    };

    private static readonly Option<string> Missing = new("--missing")
    {
        Description = "What to do with rows in which a value is missing: error, or drop them and say how many.",
        HelpName = "WAY",
        DefaultValueFactory = _ => "error",
    };

    private static readonly Option<string?> Dates = new("--dates")
    {
        Description = "Take dates such as 2026-01-31 as numbers: days or seconds since --date-origin.",
        HelpName = "UNIT",
    };

    private static readonly Option<string> DateOrigin = new("--date-origin")
    {
        Description = "The date that counts as 0.",
        HelpName = "DATE",
        DefaultValueFactory = _ => "2000-01-01",
    };

    private static readonly Option<bool> AllowUnconverged = new("--allow-unconverged")
    {
        Description = "Exit with code 0 even if the fit did not converge.",
    };

    private static readonly Option<string?> Log = new("--log")
    {
        Description = "Axes of the page that are logarithmic: x, y, x,y or none. Default: where the data span "
            + "decades.",
        HelpName = "AXES",
    };

    private static readonly Option<string?> Output = CommonOptions.Output("The folder to write to.", "out");

    private static readonly FitDataOptions Rows = new();

    public static Command Create()
    {
        var command = new Command(
            "fit",
            "Fit a model to data and report the parameters with their uncertainty.\n\nExamples:\n"
            + "  math4ai fit data.csv --model \"y ~ b1*(1-exp(-b2*x))\" --start b1=500,b2=0.0001\n"
            + "  math4ai fit data.csv --model \"y ~ a + b*x\" --distance huber --bootstrap 1000\n"
            + "  math4ai fit runs.csv --model \"y ~ a*exp(-k*t)\" --by run --shared k\n"
            + "  math4ai fit data.csv --model \"y ~ a*exp(-b*x)\" --posterior --prior \"b ~ lognormal(0, 1)\"\n"
            + "  math4ai fit kinetics.csv --ode \"dA = -k*A\" --observe \"y ~ A\"")
        {
            Data, ModelFormula, Start, DistanceName, Compare, Bounds, Held, Linear, MinimizerName, Bootstrap, Level,
            AllowUnconverged, Missing, Dates, DateOrigin, Log, Output,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
        };
        foreach (Option option in Rows.All)
        {
            command.Options.Add(option);
        }

        Errors.AddTo(command);
        Ode.AddTo(command);
        FollowUp.AddTo(command);
        Posterior.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            Func<int> job = Job(parsed, cancellation);
            return Task.Run(job, cancellation);
        });
        return command;
    }

    /// <summary>What the words ask for.</summary>
    private static Func<int> Job(ParseResult parsed, CancellationToken cancellation)
    {
        (FitOde Ode, string Observed)? equations = Ode.Read(parsed);
        string formula = (parsed.GetValue(ModelFormula), equations?.Observed) switch
        {
            ({ } text, null) => text,
            (null, { } text) => text,
            (null, null) => throw new UsageException(
                "Give a model: --model \"y ~ a + b*x\", or differential equations with --ode."),
            _ => throw new UsageException("--model and --ode are two models: leave out one of them."),
        };
        if (FormulaProcess.IsProcess(formula))
        {
            FitProcessJob process = ProcessJob(parsed, formula, equations is not null);
            return () => process.Run(cancellation);
        }

        FitCommandOptions options = Options(parsed, formula, equations?.Ode);
        return () => options.By is null ? FitJob.Run(options, cancellation) : FitGroupsJob.Run(options, cancellation);
    }

    private static FitProcessJob ProcessJob(ParseResult parsed, string formula, bool hasEquations)
    {
        Option? other = new Option[] { DistanceName, Compare, Bounds, Held, Linear, MinimizerName, Bootstrap, Level }
            .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        bool followsUp =
            FollowUp.Read(parsed) is not { Predict: null, Derive: null, Profile: false, Nested: null };
        if (other is not null || followsUp || Rows.By(parsed) is not null || hasEquations
            || Posterior.Read(parsed) is not null)
        {
            string name = other?.Name ?? "--by, --ode, --predict, --derive, --profile, --nested and "
                + "--posterior";
            throw new UsageException(
                $"{name} cannot be given with a Gaussian process, gp(…), in the formula; math4ai predict "
                + "predicts new rows.");
        }

        return new FitProcessJob(
            parsed.GetValue(Data)!, formula, FitOptionReader.Values("--start", parsed.GetValue(Start)),
            Errors.Read(parsed),
            Table(parsed),
            Rows.Where(parsed), parsed.GetValue(CommonOptions.Seed), parsed.GetValue(Output)!)
        {
            Force = parsed.GetValue(CommonOptions.Force),
            Json = parsed.GetValue(CommonOptions.Json),
            AllowUnconverged = parsed.GetValue(AllowUnconverged),
        };
    }

    private static FitCommandOptions Options(ParseResult parsed, string formula, FitOde? equations) => new()
    {
        Data = parsed.GetValue(Data)!,
        Formula = FitOptionReader.Formula(formula, equations is null ? "--model" : "--observe"),
        Start = FitOptionReader.Values("--start", parsed.GetValue(Start)),
        Distance = Rows.Distance(parsed, FitOptionReader.Distance(parsed.GetValue(DistanceName)!)),
        Compare = FitOptionReader.Names(parsed.GetValue(Compare)).Select(FitOptionReader.Distance).ToArray(),
        Bounds = FitOptionReader.Bounds("--bounds", parsed.GetValue(Bounds)) ?? [],
        Fixed = FitOptionReader.Values("--fix", parsed.GetValue(Held)) ?? [],
        Linear = FitOptionReader.Names(parsed.GetValue(Linear)),
        Errors = Errors.Read(parsed),
        Ode = equations,
        FollowUp = FollowUp.Read(parsed),
        Posterior = Posterior.Read(parsed),
        Table = Table(parsed),
        Where = Rows.Where(parsed),
        By = Rows.By(parsed),
        Shared = Rows.Shared(parsed),
        Minimizer = FitOptionReader.Minimizer(parsed.GetValue(MinimizerName)!),
        Bootstrap = FitOptionReader.AtLeast("--bootstrap", parsed.GetValue(Bootstrap), 2),
        Level = FitOptionReader.Level(parsed.GetValue(Level)),
        AllowUnconverged = parsed.GetValue(AllowUnconverged),
        Axes = FitOptionReader.Axes(parsed.GetValue(Log)),
        Seed = parsed.GetValue(CommonOptions.Seed),
        Output = parsed.GetValue(Output)!,
        Json = parsed.GetValue(CommonOptions.Json),
        NoReport = parsed.GetValue(CommonOptions.NoReport),
        Force = parsed.GetValue(CommonOptions.Force),
    };

    private static NumberTableOptions Table(ParseResult parsed) => Rows.Table(parsed, FitOptionReader.Table(
        parsed.GetValue(Missing)!, parsed.GetValue(Dates), parsed.GetValue(DateOrigin)!));
}
