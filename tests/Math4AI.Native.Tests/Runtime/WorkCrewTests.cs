using Math4AI.Runtime;

namespace Math4AI.Tests.Runtime;

public sealed class WorkCrewTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_part_is_run_once_in_every_run(int helpers)
    {
        var crew = new WorkCrew(helpers);
        int[] times = new int[1000];
        Action<int> body = i => Interlocked.Increment(ref times[i]);
        for (int run = 0; run < 200; run++)
        {
            crew.Run(times.Length, body);
        }

        crew.Run(0, body);
        Assert.All(times, count => Assert.Equal(200, count));
        crew.End();
        Assert.Throws<ObjectDisposedException>(() => crew.Run(1, body));
    }

    [Fact]
    public void What_a_part_throws_is_thrown_by_the_run_and_the_crew_works_on()
    {
        var crew = new WorkCrew(2);
        int done = 0;
        Assert.Throws<FormatException>(() => crew.Run(10, _ => throw new FormatException()));
        crew.Start(_ => Volatile.Write(ref done, 1));
        crew.Wait();
        Assert.Equal(1, done);
        crew.End();
    }
}
