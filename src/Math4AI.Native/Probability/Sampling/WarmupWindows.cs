namespace Math4AI.Probability.Sampling;

/// <summary>
/// The windows of the warm-up: at first the step size alone is adapted, then mass matrix and step size in windows that
/// double in length, and at last the step size again. Source: B. Carpenter et al., "Stan", J. Stat. Software 76
/// (2017), and the reference manual's chapter on adaptation.
/// </summary>
internal sealed class WarmupWindows
{
    private const int First = 75;
    private const int Shortest = 25;
    private const int Last = 50;
    private const int Enough = First + Shortest + Last;

    private readonly int begin;
    private readonly int end;
    private readonly HashSet<int> ends = [];

    /// <param name="warmup">The number of steps of the warm-up.</param>
    public WarmupWindows(int warmup)
    {
        begin = warmup >= Enough ? First : (int)(0.15 * warmup);
        end = warmup - (warmup >= Enough ? Last : (int)(0.1 * warmup));
        int length = warmup >= Enough ? Shortest : end - begin;
        for (int last = begin + length - 1; last >= begin && last < end; last += length)
        {
            length *= 2;

            // A window after which none of twice its length fits takes the rest.
            bool isLastButOne = last < end - 1 && last + 3 * length >= end;
            ends.Add(last);
            if (isLastButOne)
            {
                ends.Add(end - 1);
                break;
            }
        }
    }

    /// <summary>Whether a step's position counts for the mass matrix.</summary>
    public bool Counts(int step) => step >= begin && step < end;

    /// <summary>Whether a window ends with a step.</summary>
    public bool Ends(int step) => ends.Contains(step);
}
