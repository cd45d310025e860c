namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Platt scaling: the probability 1/(1 + exp(A f + B)) of an event by a score f, by maximum likelihood with targets
/// (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2), by Newton steps. Two parameters, so that few samples are enough. Sources: J.
/// Platt, "Probabilistic outputs for support vector machines" (1999); H.-T. Lin, C.-J. Lin and R. Weng, "A note on
/// Platt's probabilistic outputs", Machine Learning 68 (2007).
/// </summary>
/// <param name="A">The factor of the score; negative where a higher score means more.</param>
/// <param name="B">The constant.</param>
public readonly record struct SigmoidCalibration(double A, double B)
{
    private const int MaxSteps = 100;
    private const double SmallestStep = 1e-10;
    private const double SmallestSlope = 1e-7;

    // Keeps the Hessian positive definite where all decision values agree.
    private const double Ridge = 1e-12;

    /// <summary>Returns the probability of a score, without overflow.</summary>
    /// <param name="score">The score.</param>
    public double Of(double score)
    {
        double exponent = A * score + B;
        return exponent >= 0.0 ? Math.Exp(-exponent) / (1.0 + Math.Exp(-exponent)) : 1.0 / (1.0 + Math.Exp(exponent));
    }

    /// <summary>Fits the curve to scores of samples that the model has not seen.</summary>
    /// <param name="scores">A score for each sample.</param>
    /// <param name="happened">Whether the event happened.</param>
    /// <exception cref="ArgumentException">The lengths differ or are 0, or a score is not finite.</exception>
    public static SigmoidCalibration Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> happened)
    {
        double[] decisions = ScoredEvents.Require(scores, happened);
        double first = happened.Count(value => value), second = happened.Count - first;
        double[] targets = [.. happened.Select(value => value ? (first + 1.0) / (first + 2.0) : 1.0 / (second + 2.0))];
        var at = new SigmoidCalibration(0.0, Math.Log((second + 1.0) / (first + 1.0)));
        double loss = at.Loss(decisions, targets);
        for (int step = 0; step < MaxSteps; step++)
        {
            (double stepA, double stepB, double slope, bool isOver) = at.NewtonStep(decisions, targets);
            double length = 1.0;
            SigmoidCalibration next = at;
            double lower = loss;
            for (; !isOver && length >= SmallestStep; length *= 0.5)
            {
                next = new SigmoidCalibration(at.A + length * stepA, at.B + length * stepB);
                lower = next.Loss(decisions, targets);
                if (lower < loss + 1e-4 * length * slope)
                {
                    break;
                }
            }

            if (isOver || length < SmallestStep)
            {
                break;
            }

            (at, loss) = (next, lower);
        }

        return at;
    }

    /// <summary>The negative log-likelihood, Σ log(1 + e^x) − (1 − t) x with x = A f + B.</summary>
    private double Loss(double[] decisions, double[] targets)
    {
        double loss = 0.0;
        for (int i = 0; i < decisions.Length; i++)
        {
            double exponent = A * decisions[i] + B;
            loss += exponent >= 0.0
                ? targets[i] * exponent + Math.Log(1.0 + Math.Exp(-exponent))
                : (targets[i] - 1.0) * exponent + Math.Log(1.0 + Math.Exp(exponent));
        }

        return loss;
    }

    private (double A, double B, double Slope, bool IsOver) NewtonStep(double[] decisions, double[] targets)
    {
        double hessianA = Ridge, hessianB = Ridge, hessianAB = 0.0, gradientA = 0.0, gradientB = 0.0;
        for (int i = 0; i < decisions.Length; i++)
        {
            double p = Of(decisions[i]), curvature = p * (1.0 - p), slope = targets[i] - p;
            hessianA += decisions[i] * decisions[i] * curvature;
            hessianB += curvature;
            hessianAB += decisions[i] * curvature;
            gradientA += decisions[i] * slope;
            gradientB += slope;
        }

        double determinant = hessianA * hessianB - hessianAB * hessianAB;
        double a = -(hessianB * gradientA - hessianAB * gradientB) / determinant;
        double b = -(hessianA * gradientB - hessianAB * gradientA) / determinant;
        return (
            a, b, gradientA * a + gradientB * b,
            (Math.Abs(gradientA) < SmallestSlope && Math.Abs(gradientB) < SmallestSlope) || !double.IsFinite(a)
            || !double.IsFinite(b));
    }
}
