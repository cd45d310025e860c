using Math4AI.Site;

if (args is ["public", var place, var documentation])
{
    (int kept, int removed) = PublicDocumentation.Keep(place, documentation);
    Console.WriteLine($"{documentation}: {kept} public members, {removed} others taken out");
    return kept > 0 ? 0 : 1;
}

if (args.Length != 3)
{
    Console.Error.WriteLine("usage: Math4AI.Site REPOSITORY ASSEMBLIES OUTPUT\n"
        + "       Math4AI.Site public ASSEMBLIES DOCUMENTATION");
    return 2;
}

var site = new SiteBuilder(args[0], args[1]);
site.Write(args[2]);
IReadOnlyList<string> dead = DeadLinks.In(args[2]);
foreach (string link in dead)
{
    Console.Error.WriteLine(link);
}

Console.WriteLine($"{site.PageCount} pages, {dead.Count} dead links: {Path.Combine(args[2], "index.html")}");
return dead.Count == 0 ? 0 : 1;
