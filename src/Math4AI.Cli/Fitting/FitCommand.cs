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

    private static readonly Option<string?> Start = CommonOptions.List(
        "--start", "NAME=VALUE,…", "Initial values, such as b1=500,b2=0.0001. Default: many starts are tried.");

    private static readonly Option<string> DistanceName = CommonOptions.Named<string>(
        "--distance", "NAME",
        "The distance between prediction and observation: "
            + $"{string.Join(", ", DistanceNames.All.Keys)}. Some take a "
            + "number, as in huber:1.5.",
        "squared").Completed(() => DistanceNames.All.Keys);

    private static readonly Option<string?> Compare = CommonOptions.List(
        "--compare", "NAME,…",
        "Other distances to fit the same model with, such as absolute,huber:1.5. All are ranked by "
            + "how well they predict rows that they have not seen.");

    private static readonly Option<string?> Bounds = CommonOptions.List(
        "--bounds", "NAME=FROM..TO,…",
        "Bounds of parameters, such as b2=0..1,b3=0.. (leave out an end for none).");

    private static readonly Option<string?> Held = CommonOptions.List(
        "--fix", "NAME=VALUE,…", "Parameters that are not fitted, with their values, such as b1=2.");

    private static readonly Option<string?> Linear = CommonOptions.List(
        "--linear", "NAME,…",
        "Parameters that the formula is linear in, such as b1,b3. They need no initial value.");

    private static readonly FitErrorOptions Errors = new();

    private static readonly FitOdeOptions Ode = new();

    private static readonly FitFollowUpOptions FollowUp = new();

    private static readonly FitPosteriorOptions Posterior = new();

    private static readonly Option<string> MinimizerName = CommonOptions.Named<string>(
        "--minimizer", "NAME", $"The minimizer: {string.Join(", ", Minimizer.Methods.Keys)}.", "auto")
        .Completed(() => Minimizer.Methods.Keys);

    private static readonly Option<int?> Bootstrap = CommonOptions.Named<int?>(
        "--bootstrap", "N",
        "The number of bootstrap resamples, for intervals that assume little about the noise. "
            + "Default: none.");

    private static readonly Option<double> Level = CommonOptions.Named<double>(
        "--level", "P", "The confidence level of intervals and bands.", 0.95);

    private static readonly Option<string> Missing = CommonOptions.Named<string>(
        "--missing", "WAY",
        "What to do with rows in which a value is missing: refuse, or drop, which reports how many.",
        "refuse");

    private static readonly Option<string?> Dates = CommonOptions.Named<string?>(
        "--dates", "UNIT", "Take dates such as 2026-01-31 as numbers: days or seconds since --date-origin.");

    private static readonly Option<string> DateOrigin = CommonOptions.Named<string>(
        "--date-origin", "DATE", "The date that counts as 0.", "2000-01-01");

    private static readonly Option<bool> AllowUnconverged = new("--allow-unconverged")
    {
        Description = "Exit with code 0 even if the fit did not converge.",
    };

    private static readonly Option<string?> Log = CommonOptions.List(
        "--log", "AXES",
        "Axes of the page that are logarithmic: x, y, x,y or none. Default: where the data span "
            + "decades.");

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
            SharedRun.RequireOne("The fit of a Gaussian process");
            FitProcessJob process = ProcessJob(parsed, formula, equations is not null);
            return () => process.Run(cancellation);
        }

        FitCommandOptions options = Options(parsed, formula, equations?.Ode);
        if (options.By is not null)
        {
            SharedRun.RequireOne("A fit of groups (--by)");
        }

        return () => options.By is null ? FitJob.Run(options, cancellation) : FitGroupsJob.Run(options, cancellation);
    }

    private static FitProcessJob ProcessJob(ParseResult parsed, string formula, bool hasEquations)
    {
        Option? other = parsed.Given(
            [DistanceName, Compare, Bounds, Held, Linear, MinimizerName, Bootstrap, Level, Log, .. FollowUp.All]);
        string? name = other?.Name
            ?? (Rows.By(parsed) is not null ? "--by" : hasEquations ? "--ode"
                : Posterior.Read(parsed) is not null ? "--posterior" : null);
        if (name is not null)
        {
            throw new UsageException(
                $"{name} cannot be given with a Gaussian process, gp(…), in the formula: leave it out"
                + (name is "--predict" or "--level" ? "; math4ai predict predicts new rows, at a --level." : "."));
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
            NoReport = parsed.GetValue(CommonOptions.NoReport),
        };
    }

    private static FitCommandOptions Options(ParseResult parsed, string formula, FitOde? equations) => new()
    {
        Data = SharedRun.FileOf(parsed.GetValue(Data)!, hasNames: true),
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
        Pool = Rows.Pool(parsed),
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

    private static NumberTableOptions Table(ParseResult parsed)
    {
        if (parsed.GetValue(Dates) is null)
        {
            parsed.RefuseIdle("belongs to --dates.", DateOrigin);
        }

        return Rows.Table(parsed, FitOptionReader.Table(
            parsed.GetValue(Missing)!, parsed.GetValue(Dates), parsed.GetValue(DateOrigin)!));
    }
}
