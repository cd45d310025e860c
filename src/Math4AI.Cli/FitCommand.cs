using System.CommandLine;
using Math4AI.Fitting.Distances;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Optimization;

namespace Math4AI.Cli;

/// <summary>The command line of <c>math4ai fit</c>.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("DATA")
        {
            Description = "A comma-separated file whose first line names the columns, or a NumPy array (rows × "
                + "columns) with the columns c1, c2, ….",
        };
        var model = new Option<string?>("--model", "-m")
        {
            Description = "The formula, response ~ function. Names that are not columns are parameters. Separate "
                + "several responses, and several functions, by ;. A term gp(x, t) is a Gaussian process of columns.",
            HelpName = "FORMULA",
        };
        var start = new Option<string?>("--start")
        {
            Description = "Initial values, such as b1=500,b2=0.0001. Default: many starts are tried.",
            HelpName = "NAME=VALUE,…",
        };
        var distance = new Option<string>("--distance")
        {
            Description = "The distance between prediction and observation: "
                + $"{string.Join(", ", DistanceNames.All.Keys)}. Some take a "
                + "number, as in huber:1.5.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "squared",
        };
        var compare = new Option<string?>("--compare")
        {
            Description = "Other distances to fit the same model with, such as absolute,huber:1.5. All are ranked by "
                + "how well they predict rows that they have not seen.",
            HelpName = "NAME,…",
        };
        var bounds = new Option<string?>("--bounds")
        {
            Description = "Bounds of parameters, such as b2=0..1,b3=0.. (leave out an end for none).",
            HelpName = "NAME=FROM..TO,…",
        };
        var held = new Option<string?>("--fix")
        {
            Description = "Parameters that are not fitted, with their values, such as b1=2.",
            HelpName = "NAME=VALUE,…",
        };
        var linear = new Option<string?>("--linear")
        {
            Description = "Parameters that the formula is linear in, such as b1,b3. They need no initial value.",
            HelpName = "NAME,…",
        };
        var errors = new FitErrorOptions();
        var ode = new FitOdeOptions();
        var followUp = new FitFollowUpOptions();
        var minimizer = new Option<string>("--minimizer")
        {
            Description = $"The minimizer: {string.Join(", ", Minimizer.Methods.Keys)}.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "auto",
        };
        var bootstrap = new Option<int?>("--bootstrap")
        {
            Description = "The number of bootstrap resamples, for intervals that assume little about the noise. "
                + "Default: none.",
            HelpName = "N",
        };
        var level = new Option<double>("--level")
        {
            Description = "The confidence level of intervals and bands.",
            HelpName = "P",
            DefaultValueFactory = _ => 0.95,
        };
        var missing = new Option<string>("--missing")
        {
            Description = "What to do with rows in which a value is missing: error, or drop them and say how many.",
            HelpName = "WAY",
            DefaultValueFactory = _ => "error",
        };
        var dates = new Option<string?>("--dates")
        {
            Description = "Take dates such as 2026-01-31 as numbers: days or seconds since --date-origin.",
            HelpName = "UNIT",
        };
        var dateOrigin = new Option<string>("--date-origin")
        {
            Description = "The date that counts as 0.",
            HelpName = "DATE",
            DefaultValueFactory = _ => "2000-01-01",
        };
        var allowUnconverged = new Option<bool>("--allow-unconverged")
        {
            Description = "Exit with code 0 even if the fit did not converge.",
        };
        var log = new Option<string?>("--log")
        {
            Description = "Axes of the page that are logarithmic: x, y, x,y or none. Default: where the data span "
                + "decades.",
            HelpName = "AXES",
        };
        Option<string?> output = CommonOptions.Output("The folder to write to.", "out");
        var rows = new FitDataOptions();

        var command = new Command(
            "fit",
            "Fit a model to data and report the parameters with their uncertainty.\n\nExample:\n"
            + "  math4ai fit data.csv --model \"y ~ b1*(1-exp(-b2*x))\" --start b1=500,b2=0.0001")
        {
            data, model, start, distance, compare, bounds, held, linear, minimizer, bootstrap, level, allowUnconverged,
            missing, dates, dateOrigin, log,
            output,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
        };
        foreach (Option option in rows.All)
        {
            command.Options.Add(option);
        }

        errors.AddTo(command);
        ode.AddTo(command);
        followUp.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            (FitOde Ode, string Observed)? equations = ode.Read(parsed);
            string formula = (parsed.GetValue(model), equations?.Observed) switch
            {
                ({ } text, null) => text,
                (null, { } text) => text,
                (null, null) => throw new UsageException(
                    "Give a model: --model \"y ~ a + b*x\", or differential equations with --ode."),
                _ => throw new UsageException("--model and --ode are two models: leave out one of them."),
            };
            if (FormulaProcess.IsProcess(formula))
            {
                Option? other = new Option[] { distance, compare, bounds, held, linear, minimizer, bootstrap, level }
                    .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
                bool followsUp =
                    followUp.Read(parsed) is not { Predict: null, Derive: null, Profile: false, Nested: null };
                if (other is not null || followsUp || rows.By(parsed) is not null || equations is not null)
                {
                    string name = other?.Name ?? "--by, --ode, --predict, --derive, --profile and --nested";
                    throw new UsageException(
                        $"{name} cannot be given with a Gaussian process, gp(…), in the formula; math4ai predict "
                        + "predicts new rows.");
                }

                var job = new FitProcessJob(
                    parsed.GetValue(data)!, formula, FitOptionReader.Values("--start", parsed.GetValue(start)),
                    errors.Read(parsed),
                    rows.Table(parsed, FitOptionReader.Table(
                        parsed.GetValue(missing)!, parsed.GetValue(dates), parsed.GetValue(dateOrigin)!)),
                    rows.Where(parsed), parsed.GetValue(CommonOptions.Seed), parsed.GetValue(output)!)
                {
                    Force = parsed.GetValue(CommonOptions.Force),
                    Json = parsed.GetValue(CommonOptions.Json),
                    AllowUnconverged = parsed.GetValue(allowUnconverged),
                };
                return Task.Run(() => job.Run(cancellation), cancellation);
            }

            var options = new FitCommandOptions
            {
                Data = parsed.GetValue(data)!,
                Formula = FitOptionReader.Formula(formula, equations is null ? "--model" : "--observe"),
                Start = FitOptionReader.Values("--start", parsed.GetValue(start)),
                Distance = rows.Distance(parsed, FitOptionReader.Distance(parsed.GetValue(distance)!)),
                Compare = FitOptionReader.Names(parsed.GetValue(compare)).Select(FitOptionReader.Distance).ToArray(),
                Bounds = FitOptionReader.Bounds("--bounds", parsed.GetValue(bounds)) ?? [],
                Fixed = FitOptionReader.Values("--fix", parsed.GetValue(held)) ?? [],
                Linear = FitOptionReader.Names(parsed.GetValue(linear)),
                Errors = errors.Read(parsed),
                Ode = equations?.Ode,
                FollowUp = followUp.Read(parsed),
                Table = rows.Table(
                    parsed, FitOptionReader.Table(
                        parsed.GetValue(missing)!, parsed.GetValue(dates), parsed.GetValue(dateOrigin)!)),
                Where = rows.Where(parsed),
                By = rows.By(parsed),
                Shared = rows.Shared(parsed),
                Minimizer = FitOptionReader.Minimizer(parsed.GetValue(minimizer)!),
                Bootstrap = FitOptionReader.AtLeast("--bootstrap", parsed.GetValue(bootstrap), 2),
                Level = FitOptionReader.Level(parsed.GetValue(level)),
                AllowUnconverged = parsed.GetValue(allowUnconverged),
                Axes = FitOptionReader.Axes(parsed.GetValue(log)),
                Seed = parsed.GetValue(CommonOptions.Seed),
                Output = parsed.GetValue(output)!,
                Json = parsed.GetValue(CommonOptions.Json),
                NoReport = parsed.GetValue(CommonOptions.NoReport),
                Force = parsed.GetValue(CommonOptions.Force),
            };
            return Task.Run(
                () => options.By is null ? FitJob.Run(options, cancellation) : FitGroupsJob.Run(options, cancellation),
                cancellation);
        });
        return command;
    }
}
