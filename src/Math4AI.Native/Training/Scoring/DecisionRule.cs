using System.Globalization;
using Math4AI.Fitting;

namespace Math4AI.Training.Scoring;

/// <summary>
/// How probabilities become an answer: the class in question wherever its probability reaches the threshold, and the
/// likeliest of the others elsewhere.
/// </summary>
/// <param name="Aim">The aim that the threshold was chosen for, in words.</param>
/// <param name="Class">The place of the class in question.</param>
/// <param name="Threshold">The probability from which on it is answered, 0 to 1; above 1 it never is.</param>
public sealed record DecisionRule(string Aim, int Class, double Threshold)
{
    /// <summary>Returns the answer.</summary>
    /// <param name="probabilities">The probability of each class.</param>
    public int Of(IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities[Class] >= Threshold)
        {
            return Class;
        }

        int best = Class == 0 ? 1 : 0;
        for (int of = best + 1; of < probabilities.Count; of++)
        {
            best = of != Class && probabilities[of] > probabilities[best] ? of : best;
        }

        return best;
    }

    /// <summary>The aim, as it is read; null where the text is none.</summary>
    internal DecisionAim? Goal => DecisionAim.Read(Aim);

    /// <summary>
    /// Returns how the threshold was chosen, and how far the aim is reached, in one or two sentences.
    /// </summary>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="validation">The scores of the rows that chose it.</param>
    /// <param name="test">The scores of the test part.</param>
    public string Describe(IReadOnlyList<string> classes, ScoredPart validation, ScoredPart test)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(test);
        string answered = Threshold > 1.0
            ? $"For the aim {Aim}, '{classes[Class]}' is never answered"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"For the aim {Aim}, '{classes[Class]}' is answered from a probability of {Threshold:G3} on");
        if (Goal is not { } goal || !validation.Scores.TryGetValue(goal.ScoreName, out double chosenBy))
        {
            return answered + ".";
        }

        string text = $"{answered}: {goal.HowChosen} in the {validation.Rows} rows of the validation, where "
            + $"{goal.Named} is {With(chosenBy, validation)}.";
        return test.Scores.TryGetValue(goal.ScoreName, out double tested) && double.IsFinite(tested)
            ? $"{text} In the test {goal.Named} is {With(tested, test)}."
            : $"{text} The test part does not tell {goal.Named}.";

        string With(double value, ScoredPart part) => string.Create(
            CultureInfo.InvariantCulture,
            $"{value:G3}{(part.Intervals.TryGetValue(goal.ScoreName, out Interval between)
                ? string.Create(CultureInfo.InvariantCulture, $" (95 %: {between.Lower:G3} to {between.Upper:G3})")
                : string.Empty)}");
    }
}

/// <summary>
/// An aim that the answers of a classifier are to reach for one class: the best F1, a recall or a precision of at least
/// some share, or the least cost where missing the class costs more than a false alarm.
/// </summary>
public sealed record DecisionAim
{
    private static readonly string[] Kinds = ["f1", "recall", "precision", "cost"];

    private DecisionAim(string kind, double value, string? ofClass) => (Kind, Value, Class) = (kind, value, ofClass);

    /// <summary>Gets what is aimed at: f1, recall, precision or cost.</summary>
    public string Kind { get; }

    /// <summary>
    /// Gets the least recall or precision, or how many false alarms one that is missed costs; 0 for F1.
    /// </summary>
    public double Value { get; }

    /// <summary>Gets the class; null for the rarer one of two.</summary>
    public string? Class { get; }

    /// <summary>Reads an aim: <c>f1</c>, <c>recall:0.9</c>, <c>precision:0.9</c>, <c>cost:10</c>, each perhaps with a
    /// class, as in <c>recall:0.9:yes</c> or <c>f1:yes</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static DecisionAim Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text)
            ?? throw new FormatException($"'{text}' is no aim: use f1, recall:0.9, precision:0.9, or cost:10 where one "
                + "that is missed costs ten false alarms; a class may follow, as in recall:0.9:yes.");
    }

    /// <summary>Reads an aim; null where the text is none.</summary>
    internal static DecisionAim? Read(string text)
    {
        string[] parts = text.Split(':', 2);
        if (parts[0] == "f1")
        {
            return new DecisionAim("f1", 0.0, parts.ElementAtOrDefault(1));
        }

        string[] rest = parts.Length == 2 ? parts[1].Split(':', 2) : [];
        bool isNumber = double.TryParse(
            rest.ElementAtOrDefault(0), NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return Kinds.Contains(parts[0]) && isNumber && value > 0.0
            && (parts[0] == "cost" ? double.IsFinite(value) : value <= 1.0)
            ? new DecisionAim(parts[0], value, rest.ElementAtOrDefault(1))
            : null;
    }

    /// <summary>The name of the score that the aim is about, of its class alone.</summary>
    internal string ScoreName => Kind switch
    {
        "f1" => "aimedF1",
        "recall" => "aimedRecall",
        "precision" => "aimedPrecision",
        _ => "aimedCost",
    };

    /// <summary>The score in a sentence.</summary>
    internal string Named => Kind switch { "f1" => "F1", "cost" => "the mean cost of a row", _ => $"the {Kind}" };

    /// <summary>How a threshold is chosen, in a sentence.</summary>
    internal string HowChosen => Kind switch
    {
        "f1" => "the threshold with the best F1",
        "cost" => "the threshold with the least cost",
        "recall" => "the highest threshold with that recall",
        _ => "the lowest threshold with that precision",
    };

    /// <summary>The score, by how often the class was answered rightly, answered, and there, of all rows.</summary>
    internal double Score(double right, double answered, double there, double rows) => Kind switch
    {
        "f1" => 2.0 * right / (answered + there),
        "cost" => (Value * (there - right) + answered - right) / rows,
        "recall" => right / there,
        _ => right / answered,
    };

    /// <summary>
    /// Whether one answer for all rows does as well: has that F1 or that cost, or is right as often as the answers of
    /// the class are, where the recall or the precision is aimed at.
    /// </summary>
    internal bool IsReachedByOneAnswer(double right, double answered, double there, double rows) =>
        there > 0.0 && there < rows && Kind switch
        {
            "f1" => Score(right, answered, there, rows) <= Score(there, rows, there, rows),
            "cost" => Score(right, answered, there, rows)
                >= Math.Min(Score(there, rows, there, rows), Score(0.0, 0.0, there, rows)),
            _ => right * rows <= there * answered,
        };

    /// <summary>Returns the aim as it is read.</summary>
    public override string ToString() => string.Join(':', new[]
    {
        Kind, Kind == "f1" ? null : Value.ToString("R", CultureInfo.InvariantCulture), Class,
    }.OfType<string>());

    /// <summary>
    /// Chooses the threshold by samples that the model has not seen: of all thresholds that differ, the best for F1 or
    /// cost; the highest that has the recall; the lowest that has the precision.
    /// </summary>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="probabilities">samples × classes.</param>
    /// <param name="observed">The class of each sample.</param>
    /// <exception cref="ArgumentException">
    /// The class is not there, must be named, has no samples, or no threshold reaches the precision.
    /// </exception>
    public DecisionRule Choose(
        IReadOnlyList<string> classes, IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(observed);
        int of = PlaceOf(classes, observed);
        double positives = observed.Count(y => y == of);
        if (positives == 0.0)
        {
            throw new ArgumentException(
                $"No validation row is of the class '{classes[of]}', by which its threshold is chosen: add rows.");
        }

        // From no answer of the class on, one threshold after the other takes in the samples of the next probability.
        (double Threshold, double Goal) best = (double.NaN, double.NegativeInfinity);
        double right = 0.0, wrong = 0.0, above = double.PositiveInfinity;
        Consider(above);
        foreach (IGrouping<double, int> step in Enumerable.Range(0, observed.Count)
            .GroupBy(i => probabilities[i][of]).OrderByDescending(group => group.Key))
        {
            right += step.Count(i => observed[i] == of);
            wrong += step.Count(i => observed[i] != of);
            above = step.Key;
            Consider(above);
        }

        return double.IsNaN(best.Threshold)
            ? throw new ArgumentException($"No threshold gives '{classes[of]}' a precision of "
                + string.Create(CultureInfo.InvariantCulture, $"{Value:0.###} in the validation rows: aim lower."))
            : new DecisionRule(ToString(), of, Between(best.Threshold, probabilities, of));

        void Consider(double threshold)
        {
            double goal = Kind switch
            {
                "f1" => 2.0 * right / (right + wrong + positives),
                "cost" => -(Value * (positives - right) + wrong),

                // The first that has the recall is the highest.
                "recall" => right >= Value * positives ? 0.0 : double.NegativeInfinity,
                _ => right + wrong > 0.0 && right >= Value * (right + wrong) ? right : double.NegativeInfinity,
            };
            if (goal > best.Goal)
            {
                best = (threshold, goal);
            }
        }
    }

    /// <summary>The middle between a probability that is taken in and the next one that is not.</summary>
    private static double Between(double taken, IReadOnlyList<double[]> probabilities, int of)
    {
        const double Never = 2.0;
        double[] lower = [.. probabilities.Select(row => row[of]).Where(p => p < taken)];
        return double.IsPositiveInfinity(taken) ? Never : lower.Length == 0 ? 0.0 : 0.5 * (taken + lower.Max());
    }

    private int PlaceOf(IReadOnlyList<string> classes, IReadOnlyList<int> observed)
    {
        if (Class is { } name)
        {
            int place = classes.ToList().IndexOf(name);
            return place >= 0
                ? place
                : throw new ArgumentException(
                    $"There is no class '{name}'; the classes are {string.Join(", ", classes.Take(20))}.");
        }

        return classes.Count == 2
            ? (observed.Count(y => y == 1) <= observed.Count(y => y == 0) ? 1 : 0)
            : throw new ArgumentException(
                $"Of {classes.Count} classes an aim is for one: name it, as in {this}:{classes[0]}.");
    }
}
