
namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// L-BFGS with a strong Wolfe line search: memory and work are proportional to the number of parameters. The method of
/// <c>scipy.optimize.minimize(method="L-BFGS-B")</c> without bounds. Source: D. Liu and J. Nocedal, "On the limited
/// memory BFGS method for large scale optimization", Mathematical Programming 45 (1989).
/// </summary>
internal sealed class Lbfgs(int memory) : Minimizer
{
    private const int MaxSteps = 15_000;
    private const double Curvature = 0.9;

    public override string Name => "lbfgs";

    protected override Minimum Run(Iteration iteration, double[] parameters) =>
        new Descent(iteration, parameters, new LimitedMemory(memory), Curvature).Run(MaxSteps);
}
