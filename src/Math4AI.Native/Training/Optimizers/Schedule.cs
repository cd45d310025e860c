namespace Math4AI.Training.Optimizers;

/// <summary>How the step size moves over a training: a factor of the largest.</summary>
public abstract record Schedule
{
    /// <summary>Always the largest.</summary>
    public static Schedule Constant { get; } = new ConstantSchedule();

    /// <summary>Rises over the first twentieth, and falls by half a cosine to nothing.</summary>
    public static Schedule Cosine { get; } = new CosineSchedule(0.05);

    /// <summary>Rises over the first three tenths from a twenty-fifth, and falls by half a cosine to nothing (L. Smith, 2018).</summary>
    public static Schedule OneCycle { get; } = new CosineSchedule(0.3);

    /// <summary>Rises over the first twentieth, and stays.</summary>
    public static Schedule WarmUp { get; } = new WarmUpSchedule(0.05);

    /// <summary>A tenth of what it was each time when the validation loss has not fallen for so many evaluations.</summary>
    /// <param name="patience">How many, 10 as torch has it.</param>
    public static Schedule OnPlateau(int patience = 10) => new PlateauSchedule(patience);

    /// <summary>All that have a name.</summary>
    public static IReadOnlyDictionary<string, Schedule> Named { get; } = new Dictionary<string, Schedule>
    {
        ["cosine"] = Cosine,
        ["constant"] = Constant,
        ["one-cycle"] = OneCycle,
        ["warm-up"] = WarmUp,
        ["plateau"] = OnPlateau(),
    };

    /// <summary>The factor of a step.</summary>
    /// <param name="done">The steps before it.</param>
    /// <param name="all">All steps.</param>
    /// <param name="history">The evaluations so far.</param>
    public abstract double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history);

    private static double Rise(int done, double warm, double from) => from + (1.0 - from) * Math.Min(1.0, (done + 1) / warm);

    private sealed record ConstantSchedule : Schedule
    {
        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history) => 1.0;
    }

    private sealed record CosineSchedule(double WarmShare) : Schedule
    {
        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history)
        {
            double warm = Math.Max(1.0, WarmShare * all);
            return done < warm
                ? Rise(done, warm, WarmShare > 0.1 ? 0.04 : 0.0)
                : 0.5 * (1.0 + Math.Cos(Math.PI * (done - warm) / Math.Max(1.0, all - warm)));
        }
    }

    private sealed record WarmUpSchedule(double WarmShare) : Schedule
    {
        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history) =>
            Rise(done, Math.Max(1.0, WarmShare * all), 0.0);
    }

    private sealed record PlateauSchedule(int Patience) : Schedule
    {
        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history)
        {
            double best = double.PositiveInfinity, factor = 1.0;
            int since = 0;
            foreach (TrainingEpoch epoch in history)
            {
                since = epoch.ValidationLoss < best ? 0 : since + 1;
                best = Math.Min(best, epoch.ValidationLoss);
                if (since > Patience)
                {
                    (since, factor) = (0, 0.1 * factor);
                }
            }

            return factor;
        }
    }
}
