using System.CommandLine;
using System.Globalization;
using Math4AI.Training;
using Math4AI.Training.Tables;

namespace Math4AI.Cli.Training;

/// <summary>What <c>--validation-curve</c> asks for: a setting and its values.</summary>
internal sealed record TrainValidationCurve(string Setting, double[] Values)
{
    /// <summary>The settings that a validation curve can vary, and how each changes the options.</summary>
    private static readonly Dictionary<string,
        Func<TableTrainingOptions, TrainerOptions, double, TableTrainingOptions>> Settings = new()
        {
            ["rate"] = (options, trainer, value) => options with { Trainer = trainer with { Rate = value } },
            ["weight-decay"] = (options, trainer, value) => options with
            {
                Trainer = trainer with { WeightDecay = value },
            },
            ["hidden"] = (options, _, value) => options with
            {
                Hidden = [.. Enumerable.Repeat((int)value, options.Hidden.Count > 0 ? options.Hidden.Count : 2)],
            },
            ["batch"] = (options, trainer, value) => options with { Trainer = trainer with { BatchSize = (int)value } },
            ["epochs"] = (options, trainer, value) => options with
            {
                Trainer = trainer with { Epochs = (int)value, Steps = null },
            },
            ["steps"] = (options, trainer, value) => options with { Trainer = trainer with { Steps = (int)value } },
        };

    public static readonly Option<string?> Option = CommonOptions.List(
        "--validation-curve", "NAME=VALUE,…",
        "Compute a validation curve of a table: the scores for several values of one of "
            + $"{string.Join(", ", Settings.Keys)}, "
            + "such as rate=0.001,0.01.");

    /// <summary>Reads the option; null where it is not given.</summary>
    /// <exception cref="UsageException">
    /// There is no such setting, or the values are not numbers that it takes.
    /// </exception>
    public static TrainValidationCurve? Read(ParseResult words)
    {
        if (words.GetValue(Option) is not { } curve)
        {
            return null;
        }

        string[] parts = curve.Split('=', 2, StringSplitOptions.TrimEntries);
        double[] values = parts.Length < 2
            ? []
            : [.. WordLists.Items(parts[1]).Select(text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    && value >= 0.0 ? value : double.NaN)];
        bool isWhole = parts[0] is "hidden" or "batch" or "epochs" or "steps";
        bool isSound = values.Length > 1 && values.All(value =>
            double.IsFinite(value) && (parts[0] == "weight-decay" || value > 0.0)
                && (!isWhole || (value == Math.Floor(value) && value < int.MaxValue)));
        return isSound && Settings.ContainsKey(parts[0])
            ? new TrainValidationCurve(parts[0], values)
            : throw new UsageException(
                $"--validation-curve takes one of {string.Join(", ", Settings.Keys)} and two values or more, such as "
                + $"rate=0.001,0.01, and not '{curve}'.");
    }

    /// <summary>Returns the options for each of the values.</summary>
    public TableTrainingOptions[] OptionsFrom(TableTrainingOptions options, TrainerOptions trainer) =>
        Array.ConvertAll(Values, value => Settings[Setting](options, trainer, value));
}
