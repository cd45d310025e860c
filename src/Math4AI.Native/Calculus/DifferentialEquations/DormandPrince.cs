namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>
/// Takes one step of the explicit Runge–Kutta method 5(4). Sources: J. Dormand and P. Prince, "A family of embedded
/// Runge–Kutta formulae", J. Comput. Appl. Math. 6 (1980); the test of stiffness: E. Hairer and G. Wanner, "Solving
/// Ordinary Differential Equations II" (1996), section IV.2.
/// </summary>
internal sealed class DormandPrince : IOdeStepper
{
    // The stability limit is about 3.3. Steps limited by accuracy stay far below it at the tolerances of
    // fits.
    private const double StabilityLimit = 1.5;
    private const int StiffSteps = 15;
    private const int MildSteps = 6;

    private static readonly double[] Nodes = [0.0, 1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0, 1.0];

    private static readonly double[][] Weights =
    [
        [],
        [1.0 / 5.0],
        [3.0 / 40.0, 9.0 / 40.0],
        [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
        [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
        [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
        [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
    ];

    private static readonly double[] ErrorWeights =
    [
        71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0,
    ];

    private readonly AugmentedSystem system;
    private readonly double[][] slopes;
    private readonly double[] sixth;
    private int stiff;
    private int mild;

    public DormandPrince(AugmentedSystem system)
    {
        this.system = system;
        slopes = [.. Nodes.Select(_ => new double[system.Length])];
        sixth = new double[system.Length];
    }

    public double ErrorExponent => 0.2;

    /// <summary>Returns whether stability, and not accuracy, has limited the recent steps.</summary>
    public bool FindsStiffness => stiff >= StiffSteps;

    public double Step(double time, double step, ReadOnlySpan<double> z, bool isRepeated, Span<double> next)
    {
        if (!system.Slope(time, z, slopes[0]))
        {
            return double.PositiveInfinity;
        }

        for (int stage = 1; stage < Nodes.Length; stage++)
        {
            Combine(z, step, Weights[stage], next);
            if (stage == Nodes.Length - 2)
            {
                next.CopyTo(sixth);
            }

            if (!system.Slope(time + Nodes[stage] * step, next, slopes[stage]))
            {
                return double.PositiveInfinity;
            }
        }

        double[] error = new double[z.Length];
        Combine(error, step, ErrorWeights, error);
        return system.Norm(error, z, next);
    }

    public void Accept(double step, ReadOnlySpan<double> next)
    {
        double change = 0.0, distance = 0.0;
        for (int i = 0; i < system.States; i++)
        {
            double ofSlope = slopes[6][i] - slopes[5][i], ofState = next[i] - sixth[i];
            change += ofSlope * ofSlope;
            distance += ofState * ofState;
        }

        bool isStiff = distance > 0.0 && step * Math.Sqrt(change / distance) > StabilityLimit;
        mild = isStiff ? 0 : mild + 1;
        stiff = isStiff ? stiff + 1 : mild >= MildSteps ? 0 : stiff;
    }

    /// <summary>Computes target = z + h Σ w k.</summary>
    private void Combine(ReadOnlySpan<double> z, double step, double[] weights, Span<double> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            double sum = 0.0;
            for (int stage = 0; stage < weights.Length; stage++)
            {
                sum += weights[stage] * slopes[stage][i];
            }

            target[i] = z[i] + step * sum;
        }
    }
}
